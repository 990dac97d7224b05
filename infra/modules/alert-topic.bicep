// Where do alerts go? A custom topic of CloudEvents, that takes no keys and is reached through its private endpoint.

param name string
param location string
param tags object
param principalId string
param endpointSubnetId string
param zoneGroupId string
param endpointName string

var eventGridDataSender = 'd5a91429-5739-47e2-a06b-3470a27159e7'

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    inputSchema: 'CloudEventSchemaV1_0'
    minimumTlsVersionAllowed: '1.2'
    publicNetworkAccess: 'Disabled'
    disableLocalAuth: true
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(topic.id, principalId, eventGridDataSender)
  scope: topic
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', eventGridDataSender)
  }
}

module endpoint 'private-endpoint.bicep' = {
  name: endpointName
  params: {
    name: endpointName
    location: location
    tags: tags
    subnetId: endpointSubnetId
    targetId: topic.id
    groupId: 'topic'
    zoneGroupId: zoneGroupId
    zoneNames: [
      'privatelink.eventgrid.azure.net'
    ]
  }
}

output id string = topic.id
output endpoint string = topic.properties.endpoint
