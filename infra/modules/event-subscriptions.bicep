// Which changes reach Latch, and how? One subscription for what it remedies, one for what it only tells.

param installation string
param topicName string
param mailboxId string
param appId string

@allowed([
  'queue'
  'push'
])
param ingest string

@description('Whether the function is there. Event Grid refuses a subscription to one that is not.')
param codeIsDeployed bool

var names = loadJsonContent('../shared/names.json')
var eventFilter = loadJsonContent('../shared/event-filter.json')
var watchFilter = loadJsonContent('../shared/watch-filter.json')

// 24 hours and 30 attempts are the most that Event Grid offers; the sweep finds what is lost after that.
var retries = {
  eventTimeToLiveInMinutes: 1440
  maxDeliveryAttempts: 30
}

// Seven days: a message that waits longer is older than what the sweep has looked at hundreds of times.
var messageSeconds = 604800

// With a firewall on the account only the system-assigned identity delivers (learn.microsoft.com, handler-storage-queues).
var deadLetters = {
  identity: {
    type: 'SystemAssigned'
  }
  deadLetterDestination: {
    endpointType: 'StorageBlob'
    properties: {
      resourceId: mailboxId
      blobContainerName: names.mailbox.deadLetters
    }
  }
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

// Two installations may share the topic, so the name says whose it is. It is the same for both ways: switching replaces
// the subscription in place, and until then the queue goes on being filled.
var isPushed = ingest == 'push' && codeIsDeployed
var pushed = {
  destination: {
    endpointType: 'AzureFunction'
    properties: {
      resourceId: '${appId}/functions/${names.functions.pushedEvent}'
      maxEventsPerBatch: 1
      preferredBatchSizeInKilobytes: 64
    }
  }
}
var queued = {
  deliveryWithResourceIdentity: {
    identity: {
      type: 'SystemAssigned'
    }
    destination: {
      endpointType: 'StorageQueue'
      properties: {
        resourceId: mailboxId
        queueName: names.mailbox.events
        queueMessageTimeToLiveInSeconds: messageSeconds
      }
    }
  }
}

resource events 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: '${names.subscriptions.events}-${installation}'
  properties: union(isPushed ? pushed : queued, {
    eventDeliverySchema: 'EventGridSchema'
    filter: eventFilter
    retryPolicy: retries
    deadLetterWithResourceIdentity: deadLetters
  })
}

resource watched 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: '${names.subscriptions.watch}-${installation}'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    filter: watchFilter
    retryPolicy: retries
    deadLetterWithResourceIdentity: deadLetters
    deliveryWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          resourceId: mailboxId
          queueName: names.mailbox.watch
          queueMessageTimeToLiveInSeconds: messageSeconds
        }
      }
    }
  }
}
