// Who tells of changes in this subscription? Its one system topic: ours, or the one that is already there.

param name string
param tags object
param lockResources bool
param workspaceId string

@description('Name of a system topic of this subscription that exists already, in this resource group. It must have a system-assigned identity.')
param existingTopicName string

var isNew = empty(existingTopicName)
var source = subscription().id

resource created 'Microsoft.EventGrid/systemTopics@2025-02-15' = if (isNew) {
  name: name
  location: 'global'
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    source: source
    topicType: 'Microsoft.Resources.Subscriptions'
  }
}

resource adopted 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = if (!isNew) {
  name: isNew ? name : existingTopicName
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (isNew) {
  name: 'latch'
  scope: created
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (isNew && lockResources) {
  name: 'latch'
  scope: created
  properties: {
    level: 'CanNotDelete'
    notes: 'Without it Latch sees changes only in its sweep. See docs/deploy.md before you remove the lock.'
  }
}

output id string = isNew ? created.id : adopted.id
output name string = isNew ? created.name : adopted.name
output principalId string = isNew ? created.identity.principalId : adopted.identity.principalId
