// How does Latch's network reach one of its own resources? A private endpoint, and the records for it.

param name string
param location string
param tags object
param subnetId string
param targetId string
param groupId string
param zoneGroupId string
param zoneNames array

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: name
        properties: {
          privateLinkServiceId: targetId
          groupIds: [
            groupId
          ]
        }
      }
    ]
  }
}

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [for zone in zoneNames: {
      name: replace(zone, '.', '-')
      properties: {
        privateDnsZoneId: '${zoneGroupId}/providers/Microsoft.Network/privateDnsZones/${zone}'
      }
    }]
  }
}
