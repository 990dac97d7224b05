"""How does ARM pass a question on to Resource Graph?"""

from tests.harness.arm.exchange import Answer, Exchange, Route
from tests.harness.arm.paths import QUESTIONS
from tests.harness.arm.shapes import flag, listing, number, record, text, words

# Source: QueryRequest and QueryRequestOptions of azure-mgmt-resourcegraph 8.0.1.
QUESTION = record(
    {
        "query": text,
        "subscriptions": listing(text),
        "options": record(
            {
                "$top": number,
                "$skipToken": text,
                "resultFormat": words("objectArray"),
                "allowPartialScopes": flag,
            },
            required="resultFormat",
        ),
    },
    required="query options",
)


def ask(exchange: Exchange) -> Answer:
    body, headers = exchange.graph.ask(exchange.body, exchange.caller)
    return Answer(200, body, headers)


ROUTES = (
    # Who may ask is for Resource Graph to say; what he may not read is not in the answer.
    Route("POST", QUESTIONS, ask, collection=True, shape=QUESTION, free=True, announced=False),
)
