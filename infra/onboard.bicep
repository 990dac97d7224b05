// Brings one subscription under Latch: roles, topic, event subscriptions, alarms. Deployed by main.bicep for each
// subscription of the policy, and by itself when another team owns the subscription (docs/deploy.md).

targetScope = 'subscription'

@description('Name of the installation: environmentName of main.bicep.')
@minLength(2)
@maxLength(20)
param installation string

@description('Region of the resource groups; what is in them is global.')
param location string

@description('Object id of Latch\'s identity: output LATCH_PRINCIPAL_ID of main.bicep.')
param principalId string

@description('What Latch may do: only look, also close, also restore the private path, also rebuild a broken endpoint.')
@allowed([
  'monitor'
  'close'
  'restore'
  'rebuild'
])
param rights string = 'restore'

@description('False when the roles are given at a management group (management-group.bicep).')
param assignRoles bool = true

@description('Id of the mailbox account: output LATCH_MAILBOX_ID of main.bicep.')
param mailboxId string

@description('Id of the function app: output LATCH_APP_ID of main.bicep.')
param appId string

@description('Id of the workspace: output LATCH_WORKSPACE_ID of main.bicep.')
param workspaceId string

@description('Id of the action group: output LATCH_ACTION_GROUP_ID of main.bicep.')
param actionGroupId string

@description('How events travel: into a queue, or pushed to the function.')
@allowed([
  'queue'
  'push'
])
param ingest string = 'queue'

@description('For push: true once the code is deployed. Until then events go to the queue.')
param codeIsDeployed bool = false

@description('A subscription can have one system topic. Resource group of the one that exists; empty: Latch creates it.')
param existingTopicGroup string = ''

@description('Name of the one that exists. It needs a system-assigned identity.')
param existingTopicName string = ''

@description('Azure\'s built-in policies in front of Latch.')
@allowed([
  'off'
  'Audit'
  'Deny'
])
param prevention string = 'off'

@description('Whether what is created here is locked against deletion.')
param lockResources bool = true

var abbreviations = loadJsonContent('abbreviations.json')
var tags = {
  'azd-env-name': installation
}
var eventsGroup = '${abbreviations.resourceGroup}${installation}-events'
var alarmsGroup = '${abbreviations.resourceGroup}${installation}-alarms'
var topicGroup = empty(existingTopicName) ? eventsGroup : existingTopicGroup
var mailboxParts = split(mailboxId, '/')

resource groups 'Microsoft.Resources/resourceGroups@2024-11-01' = [for group in [eventsGroup, alarmsGroup]: {
  name: group
  location: location
  tags: tags
}]

module roles 'modules/custom-roles.bicep' = if (assignRoles) {
  name: '${installation}-roles'
  params: {
    installation: installation
    principalId: principalId
    rights: rights
  }
}

module topic 'modules/topic.bicep' = {
  name: '${installation}-topic'
  scope: resourceGroup(topicGroup)
  params: {
    name: '${abbreviations.eventGridSystemTopic}${installation}'
    tags: tags
    existingTopicName: existingTopicName
    lockResources: lockResources
    workspaceId: workspaceId
  }
  dependsOn: [
    groups
  ]
}

module sender 'modules/mailbox-sender.bicep' = {
  name: '${installation}-sender-${uniqueString(subscription().id)}'
  scope: resourceGroup(mailboxParts[2], mailboxParts[4])
  params: {
    mailboxName: mailboxParts[8]
    principalId: topic.outputs.principalId
  }
}

// Event Grid checks the right to deliver when the subscription is created: the role comes first.
module eventSubscriptions 'modules/event-subscriptions.bicep' = {
  name: '${installation}-events'
  scope: resourceGroup(topicGroup)
  params: {
    installation: installation
    topicName: topic.outputs.name
    mailboxId: mailboxId
    appId: appId
    ingest: ingest
    codeIsDeployed: codeIsDeployed
  }
  dependsOn: [
    sender
  ]
}

module policies 'modules/prevention.bicep' = if (prevention != 'off') {
  name: '${installation}-prevention'
  params: {
    installation: installation
    effect: prevention == 'Deny' ? 'Deny' : 'Audit'
  }
}

module topicHealth 'modules/topic-health.bicep' = {
  name: '${installation}-topic-health'
  scope: resourceGroup(alarmsGroup)
  params: {
    tags: tags
    topicId: topic.outputs.id
    actionGroupId: actionGroupId
  }
  dependsOn: [
    groups
  ]
}

module cutOff 'modules/tampering.bicep' = {
  name: '${installation}-cut-off'
  scope: resourceGroup(alarmsGroup)
  params: {
    name: 'latch-events-cut-off'
    says: 'The topic that tells Latch of changes, or one of its subscriptions, was written or deleted.'
    tags: tags
    actionGroupId: actionGroupId
    operations: [
      'Microsoft.EventGrid/systemTopics/delete'
      'Microsoft.EventGrid/systemTopics/eventSubscriptions/delete'
      'Microsoft.EventGrid/systemTopics/eventSubscriptions/write'
    ]
    anyOf: [
      {
        field: 'resourceGroup'
        equals: topicGroup
      }
    ]
  }
  dependsOn: [
    groups
  ]
}

module roleRemoved 'modules/role-removed.bicep' = if (assignRoles) {
  name: '${installation}-role-removed'
  scope: resourceGroup(alarmsGroup)
  params: {
    tags: tags
    actionGroupId: actionGroupId
    assignmentIds: assignRoles ? roles.outputs.assignmentIds : []
  }
  dependsOn: [
    groups
  ]
}

output topicId string = topic.outputs.id
