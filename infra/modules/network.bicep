// Where does Latch live? A network of its own: one subnet for the app, one for private endpoints.

param name string
param location string
param tags object
param addressPrefix string
param appPrefix string
param endpointPrefix string

// Each subnet has a group with Azure's default rules only, so that nobody has to redeploy to add one.
resource guards 'Microsoft.Network/networkSecurityGroups@2024-05-01' = [for subnet in ['app', 'endpoints']: {
  name: 'nsg-${name}-${subnet}'
  location: location
  tags: tags
}]

resource network 'Microsoft.Network/virtualNetworks@2024-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: appPrefix
          networkSecurityGroup: {
            id: guards[0].id
          }
          // Flex Consumption runs on App Service's container platform (azure-functions-flex-consumption-samples).
          delegations: [
            {
              name: 'functions'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointPrefix
          networkSecurityGroup: {
            id: guards[1].id
          }
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

output appSubnetId string = '${network.id}/subnets/app'
output endpointSubnetId string = '${network.id}/subnets/endpoints'
