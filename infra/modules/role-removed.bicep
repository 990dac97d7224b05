// Does somebody take Latch's rights away? One rule for all of its role assignments in this subscription.

param tags object
param actionGroupId string
param assignmentIds array

resource alert 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: 'latch-role-removed'
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    description: 'A role of Latch was taken away. Its next change stalls with AuthorizationFailed.'
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
          field: 'operationName'
          equals: 'Microsoft.Authorization/roleAssignments/delete'
        }
        {
          anyOf: [for id in assignmentIds: {
            field: 'resourceId'
            equals: id
          }]
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
