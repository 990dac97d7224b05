// Where does Latch keep what it must not lose? The app's own storage: package, queues, ledger. Nobody else gets in.

param name string
param location string
param tags object
param principalId string
param endpointSubnetId string
param zoneGroupId string
param endpointName string
param lockResources bool

var names = loadJsonContent('../shared/names.json').state

// Built-in roles, by what the Functions host and Latch need of the account (infra/README.md).
var roles = [
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' // Storage Blob Data Owner: the host's leases, and the package
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88' // Storage Queue Data Contributor: requests and alerts
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' // Storage Table Data Contributor: ledger, index, outbox
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
    // checkov:skip=CKV_AZURE_36: no service of Azure needs this account
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    publicNetworkAccess: 'Disabled'
    supportsHttpsTrafficOnly: true
    networkAcls: {
      bypass: 'None'
      defaultAction: 'Deny'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
  }
}

resource package 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = {
  parent: blobs
  name: names.package
  properties: {
    publicAccess: 'None'
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

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2024-01-01' = [for table in names.tables: {
  parent: tableService
  name: table
}]

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in roles: {
  name: guid(account.id, principalId, role)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

// The only ways in.
module endpoints 'private-endpoint.bicep' = [for service in ['blob', 'queue', 'table']: {
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
    notes: 'Requests, reports and alerts of Latch. See docs/deploy.md before you remove the lock.'
  }
}

output id string = account.id
output blobEndpoint string = account.properties.primaryEndpoints.blob
output queueEndpoint string = account.properties.primaryEndpoints.queue
output tableEndpoint string = account.properties.primaryEndpoints.table
output packageUri string = '${account.properties.primaryEndpoints.blob}${names.package}'
