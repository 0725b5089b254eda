{ "schedule": "nightly", "due": "2026-11-23T02:00:00.000Z" }
