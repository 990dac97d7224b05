"""Functions that never come to an end, or that look at the memory of others."""

import asyncio
import os
import time

import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
SHARED: list[str] = []


@app.route(route="forever")
async def forever(req: func.HttpRequest) -> str:
    await asyncio.Event().wait()
    return str(req.method)


@app.route(route="blocked")
async def blocked(req: func.HttpRequest) -> str:
    time.sleep(600)  # noqa: ASYNC251 (blocks the whole worker, which is the point)
    return str(req.method)


@app.route(route="remember")
async def remember(req: func.HttpRequest) -> str:
    SHARED.append(req.method)
    return str(os.getpid())


@app.route(route="recall")
async def recall(req: func.HttpRequest) -> str:
    return f"{os.getpid()} {len(SHARED)} {req.method}"
