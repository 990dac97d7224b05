// Do events arrive? The topic's own counters of what it could not deliver.

param tags object
param topicId string
param actionGroupId string

// The names stand in public templates and were not seen on Azure (docs/verify-on-azure.md), hence without validation.
var counters = [
  {
    metric: 'DeadLetteredCount'
    says: 'Events could not be delivered and lie in the dead-letter container.'
    severity: 1
  }
  {
    metric: 'DroppedEventCount'
    says: 'Events are lost. The sweep finds what they would have told.'
    severity: 1
  }
  {
    metric: 'DeliveryAttemptFailCount'
    says: 'Deliveries fail and are tried again.'
    severity: 3
  }
]

resource alerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [for counter in counters: {
  name: 'latch-${counter.metric}'
  location: 'global'
  tags: tags
  properties: {
    description: counter.says
    severity: counter.severity
    enabled: true
    scopes: [
      topicId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: counter.metric
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          metricName: counter.metric
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
          skipMetricValidation: true
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroupId
      }
    ]
  }
}]
