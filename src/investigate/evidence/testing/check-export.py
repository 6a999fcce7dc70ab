"""Checks an export of evidence. Written from docs/reference/evidence-format.md alone.

    python3 check-export.py [--public-key FILE] [--anchor FILE] FOLDER...

Prints for each folder that it is intact, or what is wrong, and exits with 1 if anything is. Hashes are computed here; the
signatures of Ed25519, which Python's library does not have, are verified by openssl.
"""
import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile

ZEROS = "0" * 64
wrong = []


def say(text):
    wrong.append(text)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def read(*parts):
    with open(os.path.join(*parts), "rb") as file:
        return file.read()


def lines(*parts):
    return [line for line in read(*parts).split(b"\n") if line]


def json_text(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def signed(key_file, data, signature):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (("data", data), ("sig", signature)):
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key_file, "-rawin"]
        command += ["-in", os.path.join(folder, "data"), "-sigfile", os.path.join(folder, "sig")]
        return subprocess.run(command, capture_output=True).returncode == 0


def der_of(pem):
    inner = [line for line in pem.decode().splitlines() if line and "-----" not in line]
    return base64.b64decode("".join(inner))


def leaf_of(place, masked, data):
    head = "deckwatch-leaf-1\n%s\n%s\n" % (place, masked or "-")
    return sha256(head.encode() + data)


def link_of(source, line):
    fields = [source["cluster"], source["server"], source["way"], line["number"], line["batch"]]
    fields += [line["events"], line["leaves"], line["reading"], line["previous"]]
    return sha256(("deckwatch-link-1\n" + json_text(fields)).encode())


class Stones:
    def __init__(self, records, key, source):
        seen = {}
        self.missing = 0
        for record in records:
            document = json.loads(record["document"])
            if not signed(key, record["document"].encode(), base64.b64decode(record["signature"])):
                say("tombstone not signed")
            elif all(document[name] == source[name] for name in
                     ("instance", "cluster", "server", "way")):
                seen[json_text({**document, "when": ""})] = document
        self.stones = list(seen.values())

    def covers(self, number):
        return any(one["from"] <= number <= one["to"] for one in self.stones)

    def leaves(self, number):
        return {leaf for one in self.stones for link, _, leaf in one["leaves"] if link == number}

    def check(self, links):
        for one in self.stones:
            if links.get(one["to"], one["link"]) != one["link"]:
                say("tombstone names another link %d" % one["to"])
        if self.missing > sum(one["events"] for one in self.stones):
            say("more is missing than tombstones say")


def check_source(folder, manifest, source, records, key):
    links = [json.loads(line) for line in lines(folder, source["files"]["links"])]
    stones = Stones(records, key, source)
    expected, batch = source["first_link"], -1
    previous = ZEROS if expected <= 1 or not links else links[0]["previous"]
    for line in links:
        if line["number"] != expected or line["batch"] <= batch:
            say("link %d is not the next" % line["number"])
        if line["previous"] != previous:
            say("link %d does not follow" % line["number"])
        if link_of(source, line) != line["link"]:
            say("link %d has another digest" % line["number"])
        check_leaves(manifest, line, stones)
        expected, batch, previous = line["number"] + 1, line["batch"], line["link"]
    if links and links[-1]["number"] != source["last_link"] or not links and source["last_link"]:
        say("links are missing at the end")
    digests = {line["number"]: line["link"] for line in links}
    check_events(folder, manifest, source, {line["number"]: line for line in links}, stones)
    stones.check(digests)
    return digests


def check_leaves(manifest, line, stones):
    number, leaf = line["number"], line["leaf"]
    if leaf is None:
        if manifest["whole"] and line["events"]:
            stones.missing += line["events"]
            if not stones.covers(number):
                say("the events of link %d are missing" % number)
    elif len(leaf) != line["events"]:
        say("link %d has another number of leaves" % number)
    elif sha256(b"".join(bytes.fromhex(one) for one in leaf)) != line["leaves"]:
        say("link %d has other leaves" % number)


def check_events(folder, manifest, source, links, stones):
    data = read(folder, source["files"]["events"])
    index = [json.loads(line) for line in lines(folder, source["files"]["index"])]
    at, last = 0, (-1, -1)
    for n, line in enumerate(index):
        here = (line["link"], line["leaf"])
        end = line["offset"] + line["length"]
        leaf = (links.get(line["link"]) or {}).get("leaf") or []
        if here <= last or line["offset"] != at or data[end:end + 1] != b"\n":
            say("event %d is not the next" % n)
        found = leaf_of(line["place"], line["masked_from"], data[line["offset"]:end])
        if line["leaf"] >= len(leaf) or leaf[line["leaf"]] != found:
            say("event %d is not that of its link" % n)
        at, last = end + 1, here
    if at != len(data):
        say("the file of events ends elsewhere")
    if len(index) != source["events"]:
        say("there are more or fewer events")
    seen = {(line["link"], line["leaf"]) for line in index}
    for number, line in links.items() if manifest["whole"] else ():
        gone = [n for n in range(len(line["leaf"] or [])) if (number, n) not in seen]
        removed = [n for n in gone if line["leaf"][n] in stones.leaves(number)]
        stones.missing += len(removed)
        if len(removed) < len(gone):
            say("events of link %d are missing" % number)


def check_anchor(file, key, manifest, chains):
    begin = b'{"format":"deckwatch-anchor-1"'
    content = read(file)
    for piece in content[:content.rfind(b"\n") + 1].split(b"\n")[:-1]:
        line = piece[max(0, piece.rfind(begin)):]
        text, _, signature = line.rpartition(b" ")
        try:
            raw = base64.b64decode(signature, validate=True)
        except ValueError:
            raw = b""
        if not signed(key, text, raw):
            say("an anchor is not signed")
            continue
        anchor = json.loads(text)
        for head in anchor["heads"]:
            check_head(anchor, head, manifest, chains)


def check_head(anchor, head, manifest, chains):
    of, number = head["source"], head["number"]
    name = (anchor["instance"], of["cluster"], of["server"], of["way"])
    first, last, digests = chains.get(name, (1, 0, {}))
    if first <= number <= last:
        if digests.get(number) != head["link"]:
            say("an anchor names another link %d" % number)
    elif number > last and manifest["whole"] and anchor["at"] <= manifest["made_at"]:
        if manifest["selection"]["cluster"] in (None, of["cluster"]):
            say("an anchor names link %d, which is not there" % number)


def check_files(folder, manifest):
    known = {"manifest.json", "manifest.json.sig", "public.pem"}
    for one in manifest["files"]:
        known.add(one["path"])
        if not os.path.isfile(os.path.join(folder, one["path"])):
            say("%s is missing" % one["path"])
            continue
        data = read(folder, one["path"])
        if len(data) != one["bytes"] or sha256(data) != one["sha256"]:
            say("%s was changed" % one["path"])
    there = set()
    for base, _, names in os.walk(folder):
        there |= {os.path.relpath(os.path.join(base, name), folder) for name in names}
    for path in there - known - {"SHA256SUMS"}:
        say("%s is not of the export" % path)
    sums = "".join("%s  %s\n" % (sha256(read(folder, path)), path) for path in sorted(known & there))
    if read(folder, "SHA256SUMS") != sums.encode():
        say("SHA256SUMS does not agree")


def check(folder, public_key, anchor):
    data, own = read(folder, "manifest.json"), os.path.join(folder, "public.pem")
    key = public_key or own
    if not signed(key, data, read(folder, "manifest.json.sig")):
        say("the manifest is not signed by the key")
    if public_key and der_of(read(public_key)) != der_of(read(own)):
        say("the key is another one")
    manifest = json.loads(data)
    if manifest["format"] != "deckwatch-export-1":
        say("not this format")
    if manifest["public_key_sha256"] != sha256(der_of(read(own))):
        say("the manifest names another key")
    check_files(folder, manifest)
    has_stones = any(one["path"] == "tombstones.ndjson" for one in manifest["files"])
    records = [json.loads(line) for line in lines(folder, "tombstones.ndjson")] if has_stones else []
    chains = {}
    for source in manifest["sources"]:
        digests = check_source(folder, manifest, source, records, key)
        name = tuple(source[part] for part in ("instance", "cluster", "server", "way"))
        chains[name] = (source["first_link"], source["last_link"], digests)
    if anchor:
        check_anchor(anchor, key, manifest, chains)


def main(given):
    options = {}
    while given and given[0].startswith("--"):
        options[given[0]] = given[1]
        given = given[2:]
    failed = False
    for folder in given:
        wrong.clear()
        try:
            check(folder, options.get("--public-key"), options.get("--anchor"))
        except (OSError, ValueError, KeyError, TypeError) as error:
            say("it cannot be read: %r" % error)
        failed = failed or bool(wrong)
        print("%s: %s" % (folder, "; ".join(wrong) or "intact"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
