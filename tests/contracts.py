"""What a lab has signed: compute, partners' shares, and a training budget that reacts."""

from typing import Any

COMMITMENTS: list[dict[str, Any]] = [
    {
        "name": "cloud",
        "amount": {"distribution": "lognormal", "p10": 15.0, "p90": 60.0},
        "first_quarter": "2025Q3",
        "last_quarter": "2029Q2",
        "cancellable": {"distribution": "uniform", "low": 0.1, "high": 0.6},
    },
    {"name": "site", "by_year": {"2026": 1.0, "2027": 4.0, "2029": "8 bn"}},
]
COMPUTE: dict[str, Any] = {
    "of_training": {"distribution": "uniform", "low": 0.7, "high": 1.0},
    "resold": {"distribution": "triangular", "low": 0.1, "mode": 0.3, "high": 0.7},
}
CAPACITY: dict[str, Any] = {
    "capacity": {"distribution": "lognormal", "p10": 5.0, "p90": 40.0},
    "capacity_growth": {"distribution": "normal", "p10": 0.2, "p90": 0.9},
    "for_training": {"distribution": "uniform", "low": 0.2, "high": 0.6},
    "passed_to_price": {"distribution": "uniform", "low": 0.1, "high": 0.4},
}
REVENUE_SHARES: list[dict[str, Any]] = [
    {
        "name": "patron",
        "share": {"distribution": "uniform", "low": 0.05, "high": 0.08},
        "total": {"distribution": "lognormal", "p10": 2.0, "p90": 20.0},
        "paid": "0.2 bn to 0.8 bn",
        "within": True,
        "last_quarter": "2031Q4",
    },
    {
        "name": "seller",
        "share": {"distribution": "uniform", "low": 0.02, "high": 0.1},
        "total": "4 bn",
        "first_quarter": "2027Q2",
        "last_quarter": "2030Q1",
    },
    {"name": "inventor", "share": 0.01},
]
BUDGET: dict[str, Any] = {
    "training.follows": {"distribution": "uniform", "low": 0.2, "high": 0.9},
    "training.lag": {"distribution": "uniform", "low": 0.0, "high": 4.0},
    "training.cut": {
        "below_months": {"distribution": "uniform", "low": 6.0, "high": 30.0},
        "most": {"distribution": "uniform", "low": 0.3, "high": 0.6},
    },
}
CONTRACTS: dict[str, Any] = {
    "commitments": COMMITMENTS,
    "compute": COMPUTE,
    "revenue_shares": REVENUE_SHARES,
    **BUDGET,
}
WITH_CAPACITY = CONTRACTS | {"compute": COMPUTE | CAPACITY}
WITH_KNOWN_CAPACITY = CONTRACTS | {
    "compute": COMPUTE | {"capacity_by_year": {"2027": 20.0, "2029": 60.0}}
}
