// Where does Event Grid put events? An account apart from Latch's state, so that letting Event Grid in opens nothing else.

param name string
param location string
param tags object
param principalId string
param endpointSubnetId string
param zoneGroupId string
param endpointName string
param lockResources bool

@description('Days for which undeliverable events are kept. They hold names and IP addresses of people.')
param deadLetterDays int

var names = loadJsonContent('../shared/names.json').mailbox

var roles = [
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88' // Storage Queue Data Contributor: the triggers, and poison queues
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe' // Storage Blob Data Contributor: dead letters are read, then deleted
]

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    // checkov:skip=CKV_AZURE_59: Event Grid comes as a trusted service; default Deny keeps the rest out
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    // Event Grid comes as a trusted service, and nobody else through the public endpoint: default Deny without rules.
    // Whether the exception works with Disabled as well is not verified (docs/verify-on-azure.md).
    publicNetworkAccess: 'Enabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: 'Deny'
      ipRules: []
      virtualNetworkRules: []
    }
  }
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [for queue in names.queues: {
  parent: queueService
  name: queue
}]

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource deadLetters 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobs
  name: names.deadLetters
  properties: {
    publicAccess: 'None'
  }
}

resource retention 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'dead-letters'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: [
                names.deadLetters
              ]
            }
            actions: {
              baseBlob: {
                delete: {
                  daysAfterModificationGreaterThan: deadLetterDays
                }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [
    deadLetters
  ]
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in roles: {
  name: guid(account.id, principalId, role)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

// The ways in for Latch.
module endpoints 'private-endpoint.bicep' = [for service in ['blob', 'queue']: {
  name: '${endpointName}-${service}'
  params: {
    name: '${endpointName}-${service}'
    location: location
    tags: tags
    subnetId: endpointSubnetId
    targetId: account.id
    groupId: service
    zoneGroupId: zoneGroupId
    zoneNames: [
      'privatelink.${service}.${environment().suffixes.storage}'
    ]
  }
}]

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (lockResources) {
  name: 'latch'
  scope: account
  properties: {
    level: 'CanNotDelete'
    notes: 'Events on their way to Latch. See docs/deploy.md before you remove the lock.'
  }
}

output id string = account.id
output blobEndpoint string = account.properties.primaryEndpoints.blob
output queueEndpoint string = account.properties.primaryEndpoints.queue
