"""What are the queues and tables of Latch called? The only place that says so."""

EVENTS_QUEUE = "latch-events"
WATCH_QUEUE = "latch-watch"
REQUESTS_QUEUE = "latch-requests"
ALERTS_QUEUE = "latch-alerts"
BATCHES_QUEUE = "latch-batches"

# Where Event Grid puts what nobody took: in the account of the mailbox.
DEAD_LETTERS = "dead-letters"

LEDGER_TABLE = "LatchLedger"
INDEX_TABLE = "LatchIndex"
OUTBOX_TABLE = "LatchOutbox"
BATCHES_TABLE = "LatchBatches"
CHANNELS_TABLE = "LatchChannels"
SWEEPS_TABLE = "LatchSweeps"
POSTURE_TABLE = "LatchPosture"

# Connections of the Functions host: `NAME__queueServiceUri` in the app settings says where they lead.
MAILBOX = "LATCH_MAILBOX"
STATE = "LATCH_STATE"
