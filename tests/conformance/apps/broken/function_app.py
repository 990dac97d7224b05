"""An app that cannot be indexed: the worker refuses the built-in generic."""

import azure.functions as func

app = func.FunctionApp()


@app.queue_trigger(arg_name="message", queue_name="work", connection="AzureWebJobsStorage")
@app.queue_output(arg_name="lines", queue_name="lines", connection="AzureWebJobsStorage")
async def on_work(message: func.QueueMessage, lines: func.Out[list[str]]) -> None:
    lines.set([str(message.id)])
