// Who is Latch? One user-assigned identity, so that it outlives the app and its roles need not be given twice.

param name string
param location string
param tags object
param lockResources bool

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
  tags: tags
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (lockResources) {
  name: 'latch'
  scope: identity
  properties: {
    level: 'CanNotDelete'
    notes: 'Latch signs in with this identity. See docs/deploy.md before you remove the lock.'
  }
}

output id string = identity.id
output clientId string = identity.properties.clientId
output principalId string = identity.properties.principalId
