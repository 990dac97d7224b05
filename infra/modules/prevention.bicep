// What stops a change before Latch has to undo it? Azure's own policies, assigned at the subscription. Optional.

targetScope = 'subscription'

param installation string

@allowed([
  'Audit'
  'Deny'
])
param effect string

// Built-in definitions (Azure/azure-policy): the first counts networks, the others keys and private endpoints.
var policies = [
  {
    name: 'networks'
    definition: '037eea7a-bd0a-46c5-9a66-03aea78705d3'
    display: 'Azure AI services accounts restrict network access'
    effect: effect
  }
  {
    name: 'keys'
    definition: '71ef260a-8f18-47b7-abcb-62d0673d94dc'
    display: 'Azure AI services accounts have key access disabled'
    effect: 'Audit'
  }
  {
    name: 'endpoints'
    definition: 'd6759c02-b87f-42b7-892e-71b3f471d782'
    display: 'Azure AI services accounts use private endpoints'
    effect: 'Audit'
  }
]

resource assignments 'Microsoft.Authorization/policyAssignments@2022-06-01' = [for policy in policies: {
  name: '${installation}-${policy.name}'
  properties: {
    displayName: '${policy.display} (${installation})'
    description: 'Prevention in front of Latch, which detects and corrects.'
    policyDefinitionId: '/providers/Microsoft.Authorization/policyDefinitions/${policy.definition}'
    parameters: {
      effect: {
        value: policy.effect
      }
    }
  }
}]
