// Is Latch alive? Questions to its telemetry, asked by Azure Monitor, which does not depend on Latch.

param location string
param tags object
param workspaceId string
param actionGroupId string

@description('Hours without a single event after which somebody should look. Quiet subscriptions need more.')
@allowed([
  6
  24
  48
])
param quietHours int

var functions = loadJsonContent('../shared/names.json').functions

var rules = [
  {
    name: 'latch-no-sweep'
    says: 'No sweep of the fleet has ended in two hours. Latch may be stopped, broken, or without telemetry.'
    query: 'AppRequests | where Name == "${functions.sweep}" and Success == true'
    severity: 1
    window: 'PT2H'
    every: 'PT30M'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'latch-no-event'
    says: 'No event has arrived for a long time. Changes are seen by the sweep only, if the topic or its subscription is gone.'
    query: 'AppRequests | where Name in ("${functions.queuedEvent}", "${functions.pushedEvent}")'
    severity: 2
    window: 'PT${quietHours}H'
    every: 'PT1H'
    operator: 'LessThan'
    threshold: 1
  }
  {
    name: 'latch-poison'
    says: 'Latch gave up on a message. See docs/runbook.md, Gave up.'
    query: 'AppRequests | where Name startswith "on_poisoned"'
    severity: 1
    window: 'PT15M'
    every: 'PT5M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'latch-stalled'
    says: 'A pass stalled: an account differs from the policy, and looking again will not help. See docs/runbook.md, Stalled.'
    query: 'AppTraces | where Message startswith "pass ended: " | where parse_json(substring(Message, 12)).verdict == "stalled"'
    severity: 1
    window: 'PT15M'
    every: 'PT5M'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'latch-failures'
    says: 'Functions of Latch fail. Messages are tried again, and lie in a poison queue after five failures.'
    query: 'AppRequests | where Success == false'
    severity: 2
    window: 'PT15M'
    every: 'PT5M'
    operator: 'GreaterThan'
    threshold: 4
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2022-06-15' = [for rule in rules: {
  name: rule.name
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: rule.name
    description: rule.says
    severity: rule.severity
    enabled: true
    scopes: [
      workspaceId
    ]
    evaluationFrequency: rule.every
    windowSize: rule.window
    autoMitigate: true
    // The tables do not exist before the first telemetry.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: rule.query
          timeAggregation: 'Count'
          operator: rule.operator
          threshold: rule.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    actions: {
      actionGroups: [
        actionGroupId
      ]
    }
  }
}]
