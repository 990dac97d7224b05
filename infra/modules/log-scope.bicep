// How do telemetry and queries stay private? A scope of Azure Monitor that holds the two, for a private endpoint.

param name string
param location string
param tags object
param endpointSubnetId string
param zoneGroupId string
param endpointName string

@description('Azure Monitor\'s own zones; a blob name for what it fetches comes on top.')
param zoneNames array
param workspaceId string
param insightsId string

resource scope 'Microsoft.Insights/privateLinkScopes@2021-07-01-preview' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    accessModeSettings: {
      ingestionAccessMode: 'PrivateOnly'
      queryAccessMode: 'PrivateOnly'
    }
  }
}

resource workspace 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-07-01-preview' = {
  parent: scope
  name: 'workspace'
  properties: {
    linkedResourceId: workspaceId
  }
}

resource insights 'Microsoft.Insights/privateLinkScopes/scopedResources@2021-07-01-preview' = {
  parent: scope
  name: 'insights'
  properties: {
    linkedResourceId: insightsId
  }
}

module endpoint 'private-endpoint.bicep' = {
  name: endpointName
  params: {
    name: endpointName
    location: location
    tags: tags
    subnetId: endpointSubnetId
    targetId: scope.id
    groupId: 'azuremonitor'
    zoneGroupId: zoneGroupId
    zoneNames: concat(zoneNames, [
      'privatelink.blob.${environment().suffixes.storage}'
    ])
  }
  dependsOn: [
    workspace
    insights
  ]
}
