// What may Latch do in a resource group that holds networks or zones for others? What rebuilding a path needs, there only.

param installation string
param principalId string

var role = loadJsonContent('../shared/network-role.json')

resource definition 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, installation, role.roleName)
  properties: {
    roleName: '${role.roleName} (${installation} ${take(uniqueString(resourceGroup().id), 5)})'
    description: role.description
    type: 'CustomRole'
    assignableScopes: [
      resourceGroup().id
    ]
    permissions: [
      {
        actions: role.actions
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
  }
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, installation, role.roleName, principalId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: definition.id
  }
}
