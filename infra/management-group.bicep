// Gives Latch its roles at a management group, for policies that speak of many subscriptions. Deploy main.bicep with
// assignRoles=false first: its output LATCH_PRINCIPAL_ID goes in here.

targetScope = 'managementGroup'

@description('Name of the installation: environmentName of main.bicep.')
@minLength(2)
@maxLength(20)
param installation string

@description('Object id of Latch\'s identity.')
param principalId string

@description('What Latch may do: only look, also close, also restore the private path, also rebuild a broken endpoint.')
@allowed([
  'monitor'
  'close'
  'restore'
  'rebuild'
])
param rights string = 'restore'

var granted = loadJsonContent('shared/rights.json')
var roles = {
  audit: loadJsonContent('shared/audit-role.json')
  lockdown: loadJsonContent('shared/lockdown-role.json')
  network: loadJsonContent('shared/network-role.json')
  rebuild: loadJsonContent('shared/rebuild-role.json')
}
var suffix = '${installation} ${take(uniqueString(managementGroup().id), 5)}'

resource definitions 'Microsoft.Authorization/roleDefinitions@2022-04-01' = [for role in granted[rights]: {
  name: guid(managementGroup().id, installation, role)
  properties: {
    roleName: '${roles[role].roleName} (${suffix})'
    description: roles[role].description
    type: 'CustomRole'
    assignableScopes: [
      managementGroup().id
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
  name: guid(managementGroup().id, installation, role, principalId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: definitions[i].id
  }
}]
