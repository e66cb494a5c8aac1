"""Print the list of parts of a release, CycloneDX 1.6 in JSON; the same commit always has the same list."""

from __future__ import annotations

import base64
import json
import sys
import tomllib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.contrib.hash.factories import HashTypeFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
read_hash = HashTypeFactory().from_composite_str


def python_parts(lock: str) -> Iterator[Component]:
    """Read what ``scripts/lock`` writes: a line for each package, continued by one for each of its files."""
    for line in lock.replace("\\\n", "").splitlines():
        if line.startswith("#"):
            continue
        text, *hashes = (word.strip() for word in line.split(" --hash="))
        wanted = Requirement(text)
        (pin,) = wanted.specifier
        markers = [wanted.marker] if wanted.marker else []
        purl = PackageURL("pypi", name=wanted.name, version=pin.version)
        yield Component(
            name=wanted.name,
            version=pin.version,
            purl=purl,
            bom_ref=str(purl),
            # Any one of these files is the package: none of the hashes is the package's own.
            external_references=[
                ExternalReference(
                    type=ExternalReferenceType.DISTRIBUTION,
                    url=XsUri(str(purl)),
                    hashes=[read_hash(found) for found in hashes],
                )
            ],
            properties=[Property(name="screenshare:only-where", value=str(marker)) for marker in markers],
        )


def page_parts(lock: str) -> Iterator[Component]:
    """Read ``package-lock.json``; what is there for building and testing alone is no part of the page."""
    for place, package in json.loads(lock)["packages"].items():
        if not place or package.get("dev"):
            continue
        namespace, _, name = place.rpartition("node_modules/")[2].rpartition("/")
        purl = PackageURL("npm", namespace or None, name, package["version"])
        algorithm, _, digest = package["integrity"].partition("-")
        yield Component(
            group=namespace or None,
            name=name,
            version=package["version"],
            purl=purl,
            bom_ref=str(purl),
            hashes=[read_hash(f"{algorithm}:{base64.b64decode(digest).hex()}")],
        )


def list_parts(commit: str, made_at: datetime) -> Bom:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    whole = Component(
        type=ComponentType.APPLICATION,
        name=project["name"],
        version=project["version"],
        bom_ref=project["name"],
        properties=[Property(name="screenshare:commit", value=commit)],
    )
    bom = Bom(
        components=[
            *python_parts((ROOT / "requirements/run.txt").read_text()),
            *page_parts((ROOT / "viewer/package-lock.json").read_text()),
        ],
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, commit),
    )
    bom.metadata.component = whole
    bom.metadata.timestamp = made_at
    bom.register_dependency(whole, bom.components)
    return bom


if __name__ == "__main__":
    commit, committed_s = sys.argv[1:]
    made_at = datetime.fromtimestamp(int(committed_s), UTC)
    print(JsonV1Dot6(list_parts(commit, made_at)).output_as_string(indent=2))
