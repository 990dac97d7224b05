// Who hears of trouble with Latch itself? People, by mail; the owners of the subscription, if nobody is named.

param name string
param tags object
param email string

var owner = '8e3af657-a8ff-443c-a75c-2fe8c4bcb635'

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: {
    enabled: true
    groupShortName: 'latch'
    emailReceivers: empty(email) ? [] : [
      {
        name: 'mail'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
    armRoleReceivers: empty(email) ? [
      {
        name: 'owners'
        roleId: owner
        useCommonAlertSchema: true
      }
    ] : []
  }
}

output id string = group.id
