"""The list of all checks, in the order in which they lean on each other."""

from __future__ import annotations

from hub.cli.doctor import home_checks, ledger_checks, outward_checks, policy_checks, store_checks
from hub.cli.doctor.model import Check

_BOTH = ("database", "key store")

CHECKS: tuple[Check, ...] = (
    Check(
        "settings",
        home_checks.settings,
        settings=(
            "key_cache_seconds", "key_cache_size", "sweep_seconds", "batch_wait_ms", "token_seconds", "log_level"
        ),
    ),
    Check("home", home_checks.home, settings=("home",)),
    Check("secrets", home_checks.secrets, needs=("home",)),
    Check("token keys", home_checks.token_keys, needs=("home",)),
    Check("address", home_checks.address, settings=("base_url", "trusted_proxies", "contact")),
    Check("database", store_checks.main_database, settings=("database_url",)),
    Check("key store", store_checks.key_store, settings=("keys_url",)),
    Check("durability", store_checks.durability, needs=_BOTH),
    Check("writing", store_checks.writing, needs=_BOTH),
    Check("keyrings", policy_checks.keyrings, needs=_BOTH),
    Check("keys", store_checks.keys_there, needs=_BOTH),
    Check("orphans", store_checks.orphans, needs=("database",)),
    Check("catalogue", policy_checks.catalogue),
    Check("protocols", policy_checks.protocols, settings=("protocols",), needs=("catalogue",)),
    Check("in force", policy_checks.in_force, needs=("database", "catalogue")),
    Check("partners", policy_checks.partners, needs=("database",)),
    Check("signer", ledger_checks.signing, settings=("log_origin", "signer_state"), needs=("database", "secrets")),
    Check("ledger", ledger_checks.tree_is_whole, needs=("database", "secrets")),
    Check("ledger flow", ledger_checks.flow, needs=("database",)),
    Check("notices", ledger_checks.notices, needs=("database",)),
    Check(
        "mail",
        outward_checks.mail,
        settings=(
            "mail", "mail_from", "smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_password"
        ),
    ),
    Check("broker", outward_checks.broker, settings=("broker_url",)),
)  # fmt: skip
