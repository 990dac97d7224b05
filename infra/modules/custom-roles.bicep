// What may Latch do in this subscription? Custom roles from infra/shared/, given to its identity.

targetScope = 'subscription'

param installation string
param principalId string

@allowed([
  'monitor'
  'close'
  'restore'
  'rebuild'
])
param rights string

var granted = loadJsonContent('../shared/rights.json')
var roles = {
  audit: loadJsonContent('../shared/audit-role.json')
  lockdown: loadJsonContent('../shared/lockdown-role.json')
  network: loadJsonContent('../shared/network-role.json')
  rebuild: loadJsonContent('../shared/rebuild-role.json')
}

// Two installations, or two subscriptions, must not share a role: its name and its display name say whose it is.
var suffix = '${installation} ${take(uniqueString(subscription().id), 5)}'

resource definitions 'Microsoft.Authorization/roleDefinitions@2022-04-01' = [for role in granted[rights]: {
  name: guid(subscription().id, installation, role)
  properties: {
    roleName: '${roles[role].roleName} (${suffix})'
    description: roles[role].description
    type: 'CustomRole'
    assignableScopes: [
      subscription().id
    ]
    permissions: [
      {
        actions: roles[role].actions
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}]

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (role, i) in granted[rights]: {
  name: guid(subscription().id, installation, role, principalId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: definitions[i].id
  }
}]

output assignmentIds array = [for (role, i) in granted[rights]: assignments[i].id]
