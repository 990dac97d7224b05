// Latch, whole: what it runs on, what it may do, what wakes it, and who hears when it fails itself.
// docs/deploy.md tells how to deploy it, infra/README.md what each part is for.

targetScope = 'subscription'

@description('Name of the installation. It is part of the name of everything that is created.')
@minLength(2)
@maxLength(20)
param environmentName string

@description('Region of Latch itself. The accounts may be anywhere.')
@minLength(1)
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@description('Subscriptions that Latch guards: those of policy.yaml, unless said otherwise. Name them where the policy says all.')
param watchedSubscriptions array = array(loadYamlContent('../policy.yaml').scope.subscriptions)

@description('What Latch may do there: only look, also close, also restore the private path, also rebuild a broken endpoint.')
@allowed([
  'monitor'
  'close'
  'restore'
  'rebuild'
])
param rights string = 'restore'

@description('False when the roles are given at a management group (management-group.bicep).')
param assignRoles bool = true

@description('Further resource groups that hold networks or zones of the private paths: objects of subscriptionId and resourceGroup.')
param hubGroups array = []

@description('System topics that exist already: an object of subscription id to resourceGroup and name. A subscription can have one.')
param existingTopics object = {}

@description('How events travel. queue: nothing reaches the app from outside. push: the function is called, and inbound is open to Event Grid.')
@allowed([
  'queue'
  'push'
])
param ingest string = 'queue'

@description('For push: true once the code is deployed, then deploy again. Until then events go to the queue.')
param codeIsDeployed bool = false

@description('Subnet of an existing network for the app, delegated to Microsoft.App/environments. Empty: a network is created.')
param appSubnetId string = ''

@description('Subnet for the private endpoints, in the same network. Required with appSubnetId.')
param endpointSubnetId string = ''

@description('Id of the resource group that holds the private DNS zones for storage, sites, Event Grid and Azure Monitor. Empty: they are created.')
param zoneGroupId string = ''

@description('Address space of the network that is created, and its two subnets.')
param addressPrefix string = '10.90.0.0/24'
param appPrefix string = '10.90.0.0/26'
param endpointPrefix string = '10.90.0.64/26'

@description('Resolver that the proof asks: 168.63.129.16:53 once the zones of the accounts are linked to the app\'s network. Empty: inside stays unproven.')
param probeResolver string = ''

@description('Further app settings, docs/settings.md. Secrets as Key Vault references only.')
param extraSettings object = {}

@description('Whether telemetry and queries go through a private endpoint. With public, Azure Monitor is reached as usual, without keys.')
@allowed([
  'private'
  'public'
])
param monitoring string = 'private'

@description('Where word goes when Latch itself is in trouble. Empty: to the owners of the subscription.')
param alertEmail string = ''

@description('Hours without a single event after which somebody should look.')
@allowed([
  6
  24
  48
])
param quietHours int = 24

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 90

@description('Days for which undeliverable events are kept.')
@minValue(1)
@maxValue(365)
param deadLetterDays int = 30

@description('Azure\'s built-in policies in front of Latch.')
@allowed([
  'off'
  'Audit'
  'Deny'
])
param prevention string = 'off'

@description('Instances of the event function that are always warm. Push keeps at least one.')
@minValue(0)
@maxValue(10)
param alwaysReadyInstances int = 1

@description('Memory of an instance.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMB int = 2048

@description('Version of Python that Flex Consumption runs.')
@allowed([
  '3.13'
  '3.14'
])
param pythonVersion string = '3.13'

@description('Addresses in CIDR notation that may deploy code. Set it for a deployment from outside of the network, and take it back.')
param deployFrom string = ''

@description('Whether what must not vanish is locked against deletion.')
param lockResources bool = true

var abbreviations = loadJsonContent('abbreviations.json')
var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = {
  'azd-env-name': environmentName
}
var groupName = '${abbreviations.resourceGroup}${environmentName}'
var alarmsName = '${groupName}-alarms'

// Everything that Latch talks to has a zone of its own; the suffix of storage differs between clouds.
var ownZones = [
  'privatelink.blob.${environment().suffixes.storage}'
  'privatelink.queue.${environment().suffixes.storage}'
  'privatelink.table.${environment().suffixes.storage}'
  'privatelink.azurewebsites.net'
  'privatelink.eventgrid.azure.net'
]
var monitorZones = [
  'privatelink.monitor.azure.com'
  'privatelink.oms.opinsights.azure.com'
  'privatelink.ods.opinsights.azure.com'
  'privatelink.agentsvc.azure-automation.net'
]
var isMonitoredPrivately = monitoring == 'private'
var makesNetwork = empty(appSubnetId)
var makesZones = empty(zoneGroupId)
var appSubnet = makesNetwork ? network.outputs.appSubnetId : appSubnetId
var endpointSubnet = makesNetwork ? network.outputs.endpointSubnetId : endpointSubnetId
var zonesAt = makesZones ? zones.outputs.groupId : zoneGroupId
var endpointName = '${abbreviations.privateEndpoint}${environmentName}'

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: groupName
  location: location
  tags: tags
}

// Alarms about Latch live apart from it: who deletes the group does not silence them.
resource alarms 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: alarmsName
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: '${environmentName}-identity'
  scope: group
  params: {
    name: '${abbreviations.identity}${environmentName}'
    location: location
    tags: tags
    lockResources: lockResources
  }
}

module network 'modules/network.bicep' = if (makesNetwork) {
  name: '${environmentName}-network'
  scope: group
  params: {
    name: '${abbreviations.virtualNetwork}${environmentName}'
    location: location
    tags: tags
    addressPrefix: addressPrefix
    appPrefix: appPrefix
    endpointPrefix: endpointPrefix
  }
}

module zones 'modules/zones.bicep' = if (makesZones) {
  name: '${environmentName}-zones'
  scope: group
  params: {
    zoneNames: isMonitoredPrivately ? concat(ownZones, monitorZones) : ownZones
    networkId: split(endpointSubnet, '/subnets/')[0]
    tags: tags
  }
}

module state 'modules/state.bicep' = {
  name: '${environmentName}-state'
  scope: group
  params: {
    name: '${abbreviations.storage}${token}state'
    location: location
    tags: tags
    endpointSubnetId: endpointSubnet
    zoneGroupId: zonesAt
    endpointName: '${endpointName}-state'
    principalId: identity.outputs.principalId
    lockResources: lockResources
  }
}

module mailbox 'modules/mailbox.bicep' = {
  name: '${environmentName}-mailbox'
  scope: group
  params: {
    name: '${abbreviations.storage}${token}mail'
    location: location
    tags: tags
    endpointSubnetId: endpointSubnet
    zoneGroupId: zonesAt
    endpointName: '${endpointName}-mailbox'
    principalId: identity.outputs.principalId
    deadLetterDays: deadLetterDays
    lockResources: lockResources
  }
}

module alertTopic 'modules/alert-topic.bicep' = {
  name: '${environmentName}-alert-topic'
  scope: group
  params: {
    name: '${abbreviations.eventGridTopic}${environmentName}-${token}'
    location: location
    tags: tags
    endpointSubnetId: endpointSubnet
    zoneGroupId: zonesAt
    endpointName: '${endpointName}-alert-topic'
    principalId: identity.outputs.principalId
  }
}

module logs 'modules/logs.bicep' = {
  name: '${environmentName}-logs'
  scope: group
  params: {
    workspaceName: '${abbreviations.logAnalytics}${environmentName}'
    insightsName: '${abbreviations.appInsights}${environmentName}'
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    retentionDays: retentionDays
    publicAccess: isMonitoredPrivately ? 'Disabled' : 'Enabled'
  }
}

module logScope 'modules/log-scope.bicep' = if (isMonitoredPrivately) {
  name: '${environmentName}-log-scope'
  scope: group
  params: {
    name: '${abbreviations.monitorScope}${environmentName}'
    tags: tags
    location: location
    endpointSubnetId: endpointSubnet
    zoneGroupId: zonesAt
    endpointName: '${endpointName}-logs'
    zoneNames: monitorZones
    workspaceId: logs.outputs.workspaceId
    insightsId: logs.outputs.insightsId
  }
}

module app 'modules/function-app.bicep' = {
  name: '${environmentName}-app'
  scope: group
  params: {
    name: '${abbreviations.functionApp}${environmentName}-${take(token, 6)}'
    planName: '${abbreviations.plan}${environmentName}'
    location: location
    tags: tags
    endpointSubnetId: endpointSubnet
    zoneGroupId: zonesAt
    endpointName: '${endpointName}-app'
    identityId: identity.outputs.id
    clientId: identity.outputs.clientId
    subnetId: appSubnet
    packageUri: state.outputs.packageUri
    stateBlobEndpoint: state.outputs.blobEndpoint
    stateQueueEndpoint: state.outputs.queueEndpoint
    stateTableEndpoint: state.outputs.tableEndpoint
    mailboxBlobEndpoint: mailbox.outputs.blobEndpoint
    mailboxQueueEndpoint: mailbox.outputs.queueEndpoint
    alertTopicEndpoint: alertTopic.outputs.endpoint
    insightsConnectionString: logs.outputs.connectionString
    probeResolver: probeResolver
    extraSettings: extraSettings
    pythonVersion: pythonVersion
    instanceMemoryMB: instanceMemoryMB
    alwaysReadyInstances: alwaysReadyInstances
    ingest: ingest
    deployFrom: deployFrom
    lockResources: lockResources
  }
}

module actionGroup 'modules/action-group.bicep' = {
  name: '${environmentName}-action-group'
  scope: alarms
  params: {
    name: '${abbreviations.actionGroup}${environmentName}'
    tags: tags
    email: alertEmail
  }
}

module heartbeat 'modules/heartbeat.bicep' = {
  name: '${environmentName}-heartbeat'
  scope: alarms
  params: {
    location: location
    tags: tags
    workspaceId: logs.outputs.workspaceId
    actionGroupId: actionGroup.outputs.id
    quietHours: quietHours
  }
}

module tampering 'modules/tampering.bicep' = {
  name: '${environmentName}-tampering'
  scope: alarms
  params: {
    name: 'latch-tampering'
    says: 'Latch was stopped, deleted, unlocked or reconfigured, or its storage or identity was written.'
    tags: tags
    actionGroupId: actionGroup.outputs.id
    operations: [
      'Microsoft.Web/sites/write'
      'Microsoft.Web/sites/delete'
      'Microsoft.Web/sites/stop/action'
      'Microsoft.Web/sites/config/write'
      'Microsoft.Web/sites/functions/delete'
      'Microsoft.Storage/storageAccounts/write'
      'Microsoft.Storage/storageAccounts/delete'
      'Microsoft.ManagedIdentity/userAssignedIdentities/delete'
      'Microsoft.EventGrid/topics/delete'
      'Microsoft.Authorization/locks/delete'
      'Microsoft.Resources/subscriptions/resourceGroups/delete'
    ]
    anyOf: [
      {
        field: 'resourceGroup'
        equals: groupName
      }
      {
        field: 'resourceGroup'
        equals: alarmsName
      }
    ]
  }
  dependsOn: [
    app
  ]
}

module workbook 'modules/workbook.bicep' = {
  name: '${environmentName}-workbook'
  scope: group
  params: {
    location: location
    tags: tags
    installation: environmentName
    workspaceId: logs.outputs.workspaceId
  }
}

module watched 'onboard.bicep' = [for id in watchedSubscriptions: {
  name: '${environmentName}-${id}'
  scope: subscription(id)
  params: {
    installation: environmentName
    location: location
    principalId: identity.outputs.principalId
    rights: rights
    assignRoles: assignRoles
    mailboxId: mailbox.outputs.id
    appId: app.outputs.id
    workspaceId: logs.outputs.workspaceId
    actionGroupId: actionGroup.outputs.id
    ingest: ingest
    codeIsDeployed: codeIsDeployed
    existingTopicGroup: contains(existingTopics, id) ? existingTopics[id].resourceGroup : ''
    existingTopicName: contains(existingTopics, id) ? existingTopics[id].name : ''
    prevention: prevention
    lockResources: lockResources
  }
}]

module hubs 'modules/hub-role.bicep' = [for hub in hubGroups: {
  name: '${environmentName}-hub-${uniqueString(hub.subscriptionId, hub.resourceGroup)}'
  scope: resourceGroup(hub.subscriptionId, hub.resourceGroup)
  params: {
    installation: environmentName
    principalId: identity.outputs.principalId
  }
}]

output AZURE_RESOURCE_GROUP string = groupName
output LATCH_APP_NAME string = app.outputs.name
output LATCH_APP_HOST string = app.outputs.hostName
output LATCH_APP_ID string = app.outputs.id
output LATCH_PRINCIPAL_ID string = identity.outputs.principalId
output LATCH_MAILBOX_ID string = mailbox.outputs.id
output LATCH_WORKSPACE_ID string = logs.outputs.workspaceId
output LATCH_ACTION_GROUP_ID string = actionGroup.outputs.id
output LATCH_ALERT_TOPIC_ID string = alertTopic.outputs.id
