// What runs Latch? A function app on Flex Consumption: one identity, one network, no keys, closed unless events are pushed.

param name string
param planName string
param location string
param tags object
param identityId string
param clientId string
param subnetId string
param endpointSubnetId string
param zoneGroupId string
param endpointName string
param packageUri string
param stateBlobEndpoint string
param stateQueueEndpoint string
param stateTableEndpoint string
param mailboxBlobEndpoint string
param mailboxQueueEndpoint string
param alertTopicEndpoint string
param insightsConnectionString string
param probeResolver string
param extraSettings object
param pythonVersion string
param instanceMemoryMB int
param alwaysReadyInstances int
param lockResources bool

@allowed([
  'queue'
  'push'
])
param ingest string

@description('Addresses in CIDR notation that may reach the deployment endpoint. Empty: only the private endpoint.')
param deployFrom string

var names = loadJsonContent('../shared/names.json').functions
var settings = loadJsonContent('../shared/settings.json')
var clouds = {
  AzureCloud: 'public'
  AzureUSGovernment: 'usgov'
  AzureChinaCloud: 'china'
}
var isPublic = ingest == 'push' || !empty(deployFrom)

// A cold app refuses Event Grid's handshake (Azure/azure-functions-host#11834), so push keeps one instance warm.
var warmInstances = ingest == 'push' && alwaysReadyInstances == 0 ? 1 : alwaysReadyInstances
var warmFunction = ingest == 'push' ? names.pushedEvent : names.queuedEvent

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  tags: union(tags, {
    'azd-service-name': 'latch'
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageUri
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        alwaysReady: warmInstances == 0 ? [] : [
          {
            name: 'function:${warmFunction}'
            instanceCount: warmInstances
          }
        ]
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: 40
      }
    }
    siteConfig: {
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      // The tag covers all tenants: it keeps strangers out, but proves nothing. Latch believes Azure only.
      ipSecurityRestrictions: ingest == 'push' ? [
        {
          name: 'event-grid'
          description: 'Event Grid pushes events'
          action: 'Allow'
          priority: 100
          tag: 'ServiceTag'
          ipAddress: 'AzureEventGrid'
        }
      ] : []
      ipSecurityRestrictionsDefaultAction: 'Deny'
      scmIpSecurityRestrictions: empty(deployFrom) ? [] : [
        {
          name: 'deployment'
          description: 'Only while code is being deployed'
          action: 'Allow'
          priority: 100
          ipAddress: deployFrom
        }
      ]
      scmIpSecurityRestrictionsDefaultAction: 'Deny'
      scmIpSecurityRestrictionsUseMain: false
    }
  }
}

resource appSettings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: app
  name: 'appsettings'
  properties: union(settings.fixed, {
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
    APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
    AzureWebJobsStorage__blobServiceUri: stateBlobEndpoint
    AzureWebJobsStorage__clientId: clientId
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__queueServiceUri: stateQueueEndpoint
    AzureWebJobsStorage__tableServiceUri: stateTableEndpoint
    LATCH_ALERT_TOPIC: alertTopicEndpoint
    LATCH_CLIENT_ID: clientId
    LATCH_CLOUD: clouds[environment().name]
    LATCH_MAILBOX__blobServiceUri: mailboxBlobEndpoint
    LATCH_MAILBOX__clientId: clientId
    LATCH_MAILBOX__credential: 'managedidentity'
    LATCH_MAILBOX__queueServiceUri: mailboxQueueEndpoint
    LATCH_PROBE_RESOLVER: probeResolver
    LATCH_STATE__clientId: clientId
    LATCH_STATE__credential: 'managedidentity'
    LATCH_STATE__queueServiceUri: stateQueueEndpoint
    LATCH_STATE__tableServiceUri: stateTableEndpoint
  }, extraSettings)
}

resource publishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-04-01' = [for door in ['ftp', 'scm']: {
  parent: app
  name: door
  properties: {
    allow: false
  }
}]

module endpoint 'private-endpoint.bicep' = {
  name: endpointName
  params: {
    name: endpointName
    location: location
    tags: tags
    subnetId: endpointSubnetId
    targetId: app.id
    groupId: 'sites'
    zoneGroupId: zoneGroupId
    zoneNames: [
      'privatelink.azurewebsites.net'
    ]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (lockResources) {
  name: 'latch'
  scope: app
  properties: {
    level: 'CanNotDelete'
    notes: 'Latch itself. See docs/deploy.md before you remove the lock.'
  }
}

output id string = app.id
output name string = app.name
output hostName string = app.properties.defaultHostName
