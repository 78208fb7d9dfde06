"""The hub's own signing keys, and the public keys that clients may register."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import cast

import pytest
from joserfc.jwk import ECKey, RSAKey

from hub.oauth.assertions import new_client_key, public_jwks
from hub.oauth.errors import RegistrationRefused, SigningKeyRefused
from hub.oauth.keys import create_keys, load_keys
from hub.oauth.registration import check_registration
from hub.settings import Settings


def test_the_key_files_are_for_the_hub_alone(tmp_path: Path) -> None:
    create_keys(Settings(home=tmp_path))
    files = sorted((tmp_path / "secrets").iterdir())
    assert [file.name for file in files] == ["oauth-current.jwk", "oauth-next.jwk"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_making_keys_again_keeps_those_that_are_there(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    create_keys(settings)
    before = load_keys(settings).public()
    create_keys(settings)
    assert load_keys(settings).public() == before


def test_the_two_keys_differ_and_are_not_shown_by_accident(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    create_keys(settings)
    keys = load_keys(settings)
    assert keys.current.kid != keys.next.kid
    assert str(keys.current.as_dict(private=True)["d"]) not in repr(keys)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    settings = Settings(home=tmp_path)
    create_keys(settings)
    (tmp_path / "secrets" / "oauth-next.jwk").chmod(mode)
    with pytest.raises(SigningKeyRefused, match=r"oauth-next\.jwk"):
        load_keys(settings)


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b"[]", b'{"kty":"EC"}', b"\xff" * 10, b"x" * 10_000])
def test_a_damaged_key_file_is_refused_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    settings = Settings(home=tmp_path)
    create_keys(settings)
    file = tmp_path / "secrets" / "oauth-current.jwk"
    file.write_bytes(content)
    with pytest.raises(SigningKeyRefused):
        create_keys(settings)
    assert file.read_bytes() == content


def test_a_public_key_or_one_of_another_curve_cannot_sign_tokens(tmp_path: Path) -> None:
    import json

    settings = Settings(home=tmp_path)
    create_keys(settings)
    file = tmp_path / "secrets" / "oauth-current.jwk"
    for wrong in (
        load_keys(settings).current.as_dict(private=False),
        ECKey.generate_key("P-384", auto_kid=True).as_dict(private=True),
    ):
        file.write_text(json.dumps(wrong))
        with pytest.raises(SigningKeyRefused):
            load_keys(settings)


def test_missing_keys_are_named_with_the_command_that_makes_them(tmp_path: Path) -> None:
    with pytest.raises(SigningKeyRefused, match="dolen init"):
        load_keys(Settings(home=tmp_path))


def test_a_new_client_key_can_be_registered_for_the_smart_profile() -> None:
    check_registration(profile="smart", alg="ES384", jwks=public_jwks(new_client_key()))
    rsa = RSAKey.generate_key(2048, {"alg": "RS384"}, auto_kid=True)
    check_registration(profile="smart", alg="RS384", jwks={"keys": [rsa.as_dict(private=False)]})


def refuse(jwks: dict[str, object], *, profile: str = "smart", alg: str = "ES384") -> bool:
    """True when nobody can be registered like this."""
    with pytest.raises(RegistrationRefused):
        check_registration(profile=profile, alg=alg, jwks=jwks)
    return True


def test_what_could_never_sign_in_is_not_registered() -> None:
    private = new_client_key()
    good = public_jwks(private)
    one = cast("list[dict[str, object]]", good["keys"])[0]
    short = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=False)
    short["n"] = str(short["n"])[:171]
    assert refuse(good, profile="fapi2")
    assert refuse(good, alg="ES256")
    assert refuse(good, alg="RS384")
    assert refuse(good, alg="none")
    assert refuse({})
    assert refuse({"keys": []})
    assert refuse({"keys": "x"})
    assert refuse({"keys": [private]}), "a private key was sent to us"
    assert refuse({"keys": [{**one, "kid": ""}]})
    assert refuse({"keys": [{name: value for name, value in one.items() if name != "kid"}]})
    assert refuse({"keys": [one, one]})
    assert refuse({"keys": [one, "x"]})
    assert refuse({"keys": [{**one, "x": "AA"}]})
    assert refuse({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k"}]})
    assert refuse({"keys": [ECKey.generate_key("P-256", auto_kid=True).as_dict(private=False)]})
    assert refuse({"keys": [short]}, alg="RS384")
    assert refuse({"keys": [{**one, "kid": str(number)} for number in range(11)]})
