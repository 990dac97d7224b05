// Does somebody switch Latch off? The activity log tells of each of these operations, whoever does them.

param tags object
param actionGroupId string

@description('Name of the rule; one for each thing that is guarded.')
param name string

param says string

@description('Operations that raise the alert.')
param operations array

@description('Fields of the activity log that narrow it down: objects of field and equals, any of which is enough.')
param anyOf array

resource alert 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    description: says
    scopes: [
      subscription().id
    ]
    condition: {
      allOf: [
        {
          field: 'category'
          equals: 'Administrative'
        }
        {
          anyOf: [for operation in operations: {
            field: 'operationName'
            equals: operation
          }]
        }
        {
          anyOf: anyOf
        }
      ]
    }
    actions: {
      actionGroups: [
        {
          actionGroupId: actionGroupId
        }
      ]
    }
  }
}
