"""Metrics and an outcome that analysts want, as a scenario's file may have them."""

METRICS = {
    "rule_of_40": {
        "formula": "trailing(revenue) / trailing(previous(revenue, 4)) - 1"
        " + trailing(free_cash_flow) / trailing(revenue)",
        "unit": "share",
    },
    "net_new_revenue": {
        "formula": "trailing(revenue) - trailing(previous(revenue, 4))",
        "unit": "bn USD",
    },
}
OUTCOMES = {
    "ebitda_positive": {"words": "EBITDA turns positive", "when": "ebitda > 0", "held": 4},
}
