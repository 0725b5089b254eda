{ "value": 93.5, "unit": "°C" }
