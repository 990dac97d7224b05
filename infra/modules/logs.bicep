// Where can one read what Latch did? A workspace and Application Insights, both without keys.

param workspaceName string
param insightsName string
param location string
param tags object
param principalId string
param retentionDays int

@description('Whether the public endpoints of Azure Monitor take telemetry and answer queries about these two resources.')
@allowed([
  'Enabled'
  'Disabled'
])
param publicAccess string

var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    retentionInDays: retentionDays
    publicNetworkAccessForIngestion: publicAccess
    publicNetworkAccessForQuery: publicAccess
    sku: {
      name: 'PerGB2018'
    }
    features: {
      disableLocalAuth: true
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: insightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    WorkspaceResourceId: workspace.id
    publicNetworkAccessForIngestion: publicAccess
    publicNetworkAccessForQuery: publicAccess
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, principalId, monitoringMetricsPublisher)
  scope: insights
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
  }
}

output workspaceId string = workspace.id
output insightsId string = insights.id
output connectionString string = insights.properties.ConnectionString
