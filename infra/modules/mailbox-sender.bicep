// What may a topic do in the mailbox? Put messages into queues and dead letters into the container.

param mailboxName string
param principalId string

var roles = [
  'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a' // Storage Queue Data Message Sender
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe' // Storage Blob Data Contributor
]

resource mailbox 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: mailboxName
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in roles: {
  name: guid(mailbox.id, principalId, role)
  scope: mailbox
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]
