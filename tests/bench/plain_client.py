#!/usr/bin/python3
"""The job of f2f eval as a plain script does it: plain_client.py aiohttp|httpx URL SAMPLES FILE.

Bodies as f2f sends them, 64 at a time, each reply parsed and appended to a JSONL file. No retries, no limits, no scores.
"""
import asyncio
import json
import sys

library, url, samples, path = sys.argv[1], sys.argv[2] + "/chat/completions", int(sys.argv[3]), sys.argv[4]
PROMPT = "Prove the theorem below in Lean 4.\n\ntheorem t (a b : Nat) : a + b = b + a := by sorry\n" * 12


def body(number):
    return {"model": "plain", "messages": [{"role": "user", "content": PROMPT}], "temperature": 0.6, "max_tokens": 2048, "seed": number}


async def run(post):
    left = iter(range(samples))
    with open(path, "w", encoding="utf-8") as out:
        async def work():
            for number in left:
                reply = await post(body(number))
                choice = reply["choices"][0]
                out.write(json.dumps({"sample": number, "text": choice["message"]["content"], "finish_reason": choice["finish_reason"],
                                      "usage": reply.get("usage")}) + "\n")
                out.flush()
        await asyncio.gather(*(work() for _ in range(64)))


async def with_aiohttp():
    import aiohttp
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:
        async def post(content):
            async with session.post(url, json=content) as response:
                return json.loads(await response.read())
        await run(post)


async def with_httpx():
    import httpx
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    async with httpx.AsyncClient(limits=limits, timeout=600, trust_env=False) as client:
        async def post(content):
            return (await client.post(url, json=content)).json()
        await run(post)


asyncio.run({"aiohttp": with_aiohttp, "httpx": with_httpx}[library]())
