// Where does one see it all? A workbook: passes, findings, exposure, what was given up, and Latch's own health.

param location string
param tags object
param installation string
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2022-04-01' = {
  name: guid(resourceGroup().id, installation, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Latch (${installation})'
    category: 'workbook'
    version: '1.0'
    sourceId: workspaceId
    serializedData: loadTextContent('../shared/workbook.json')
  }
}
