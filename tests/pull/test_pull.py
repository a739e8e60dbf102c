#!/usr/bin/env python3
"""f2f pull against real servers, as TAP: test_pull.py --build DIR --source DIR.

Repositories are made on the fly from the fixtures in tests/data/datasets and, where it is present, from ../shared/data."""
import argparse
import getpass
import glob
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import traceback

import servers
import unpublished
from world import ABSENT, Skip, World, expect

TESTS = list(unpublished.TESTS)


def test(function):
    TESTS.append(function)
    return function


@test
def the_pinned_commit_comes_over_git(world):
    world.repo("minif2f-v2")
    with servers.git_daemon(world.repos) as port:
        url = f"git://127.0.0.1:{port}/minif2f-v2"
        world.manifest("v2s", url)
        world.manifest("v2c", url)
        done = world.pull("v2")
    expect(done, 0, "v2s: 4 problems stored", "v2c: 4 problems stored", world.commits["minif2f-v2"])
    assert done.stdout.count("commit ") == 1, f"fetched more than once: {done.stdout}"
    assert len(world.problems("v2s")) == 4 and len(world.problems("v2c")) == 4


@test
def the_pinned_commit_is_asked_for_by_id_over_smart_http(world):
    folder = world.repo("minif2f-v2")
    pinned = world.commits["minif2f-v2"]
    servers.git(folder, "checkout", "-q", "--orphan", "other")
    servers.git(folder, "rm", "-rq", "--cached", ".")
    shutil.rmtree(os.path.join(folder, "datasets"))
    with open(os.path.join(folder, "readme"), "w", encoding="utf-8") as file:
        file.write("nothing here\n")
    world.commit(folder)
    servers.git(folder, "branch", "-D", "main")  # no head leads to the commit any more
    servers.git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    with servers.smart_http(world.repos) as port:
        world.manifest("v2s", f"http://127.0.0.1:{port}/git/minif2f-v2")
        done = world.pull("v2s")
    expect(done, 0, "v2s: 4 problems stored", f"commit {pinned}\n")


@test
def a_server_that_refuses_ids_is_asked_for_its_heads_over_smart_http(world):
    folder = world.repo("minif2f-v2")
    with open(os.path.join(folder, "later"), "w", encoding="utf-8") as file:
        file.write("a later commit\n")
    world.commit(folder)
    with servers.smart_http(world.repos) as port:
        world.manifest("v2s", f"http://127.0.0.1:{port}/git/minif2f-v2")
        done = world.pull("v2s")
    expect(done, 0, "v2s: 4 problems stored", f"commit {world.commits['minif2f-v2']}\n")


@test
def two_sources_make_one_set(world):
    lean, words = world.repo("minif2f-lean4"), world.repo("minif2f-informal")
    world.manifest("v1-lean4")
    done = world.pull("v1-lean4", "--from", f"minif2f-lean4={lean}", "--from", f"minif2f-informal={words}")
    expect(done, 0, "v1-lean4: 4 problems stored", world.commits["minif2f-lean4"], world.commits["minif2f-informal"])


@test
def a_path_on_disk_is_a_source(world):
    folder = world.repo("minif2f-deepseek")
    world.manifest("v1")
    expect(world.pull("v1", "--from", folder), 0, "v1: 4 problems stored")
    expect(world.pull("v1", "--force", "--from", "file://" + folder), 0, "v1: 4 problems stored")
    expect(world.pull("v1", "--force", "--from", "./repos/minif2f-deepseek"), 0, "v1: 4 problems stored")


@test
def heads_files_are_taken_under_from_when_they_match(world):
    folder = world.repo("minif2f-v2")
    world.manifest("v2s", commit=ABSENT)
    done = world.pull("v2s", "--from", folder)
    expect(done, 0, "v2s: 4 problems stored", f"commit {world.commits['minif2f-v2']} (HEAD: the pinned commit is not there)")


@test
def an_only_branch_is_head_where_head_names_none(world):
    folder = world.repo("minif2f-v2")
    bare = world.path("bare")
    servers.git(folder, "clone", "-q", "--bare", folder, bare)
    servers.git(bare, "symbolic-ref", "HEAD", "refs/heads/never-made")
    world.manifest("v2s", commit=ABSENT)
    expect(world.pull("v2s", "--from", bare), 0, "v2s: 4 problems stored")


@test
def a_repository_of_another_user_is_read(world):
    folder = world.repo("minif2f-v2")
    if os.geteuid() == 0:  # others cannot give files away
        for root, folders, names in os.walk(folder):
            for name in [".", *folders, *names]:
                os.chown(os.path.join(root, name), 12345, 12345)
    world.manifest("v2s")
    expect(world.pull("v2s", "--from", folder), 0, "v2s: 4 problems stored")


@test
def without_from_an_absent_commit_is_refused(world):
    folder = world.repo("minif2f-v2")
    world.manifest("v2s", url=folder, commit=ABSENT)
    expect(world.pull("v2s"), 2, f"commit {ABSENT} is not in the repository")
    assert world.problems("v2s") == []


@test
def a_mismatch_is_refused_and_the_old_set_kept(world):
    folder = world.repo("minif2f-v2")
    world.manifest("v2s")
    expect(world.pull("v2s", "--from", folder), 0)
    before = world.problems("v2s")
    path = os.path.join(folder, "datasets", "miniF2F_v2s.json")
    with open(path, "a", encoding="utf-8") as file:
        file.write(" \n")
    world.commit(folder)
    world.manifest("v2s", commit=ABSENT)
    done = world.pull("v2s", "--force", "--from", folder)
    expect(done, 2, "f2f: pull v2s: datasets/miniF2F_v2s.json: ", "HEAD", "has other bytes")
    assert world.problems("v2s") == before and len(before) == 4


@test
def other_bytes_at_the_pinned_commit_are_refused(world):
    folder = world.repo("minif2f-v2")

    def change(manifest):
        manifest["sources"][0]["files"][0]["sha256"] = "0" * 64
    world.manifest("v2s", change=change)
    expect(world.pull("v2s", "--from", folder), 2, "f2f: pull v2s: datasets/miniF2F_v2s.json: sha256 is ", "0" * 64)
    assert world.problems("v2s") == []


@test
def again_is_a_no_op_that_says_so_and_asks_nobody(world):
    world.repo("minif2f-v2")
    with servers.git_daemon(world.repos) as port:
        world.manifest("v2s", f"git://127.0.0.1:{port}/minif2f-v2")
        expect(world.pull("v2s"), 0, "stored")
    expect(world.pull("v2s"), 0, "v2s: already there, 4 problems", absent=["stored", "127.0.0.1"])


@test
def a_server_that_stalls_is_given_up(world):
    with servers.stalled() as server:
        for scheme in ("git", "http"):
            world.manifest("v2s", f"{scheme}://127.0.0.1:{server.port}/x")
            expect(world.pull("v2s", "--silence", "0.2"), 75, "f2f: pull v2s: ", "nothing heard for 0.2 s")
    assert world.problems("v2s") == []


@test
def a_server_that_is_no_git_server_is_one_line(world):
    with servers.babbling() as server:
        for scheme in ("git", "http"):
            world.manifest("v2s", f"{scheme}://127.0.0.1:{server.port}/x")
            done = world.pull("v2s")
            assert done.returncode in (1, 2, 75), done
            expect(done, done.returncode, "f2f: pull v2s: ")
    with servers.smart_http(world.repos) as port:
        world.manifest("v2s", f"http://127.0.0.1:{port}/nothing")
        done = world.pull("v2s")
        assert done.returncode in (1, 2, 75), done
        expect(done, done.returncode, "f2f: pull v2s: ")
    assert world.problems("v2s") == []


@test
def wrong_urls_are_told_apart(world):
    world.manifest("v2s")
    held = servers.held_port()
    port = servers.number_of(held)
    expect(world.pull("v2s", "--from", "gopher://example.invalid/x"), 2, "not https, http, ssh, git, file or a path")
    expect(world.pull("v2s", "--from", f"git://127.0.0.1:{port}/x"), 75, "Connection refused")
    expect(world.pull("v2s", "--from", world.path("nowhere")), 2, "nowhere: no such file or folder")
    expect(world.pull("v2s", "--from", world.folder), 2, "could not find repository")


@test
def a_path_that_the_repository_lacks_is_named(world):
    folder = world.repo("minif2f-deepseek")
    world.manifest("v2s", url=folder, commit=world.commits["minif2f-deepseek"])
    expect(world.pull("v2s"), 2, "datasets/miniF2F_v2s.json: not in the repository")


@test
def an_empty_repository_is_refused(world):
    folder = os.path.join(world.repos, "empty")
    os.makedirs(folder)
    servers.git(folder, "init", "-q")
    world.manifest("v2s")
    expect(world.pull("v2s", "--from", folder), 2, "is not in the repository")


@test
def from_names_its_source_where_there_are_several(world):
    for name in ("v1-lean4", "v2s"):
        world.manifest(name)
    expect(world.pull("v1-lean4", "--from", "/x"), 2, "minif2f-lean4", "minif2f-informal")
    expect(world.pull("v2s", "--from", "minif2f=/x"), 2, 'no source "minif2f"', "minif2f-v2")
    expect(world.pull("v2s", "--from", "/x", "--from", "minif2f-v2=/y"), 2, "two URLs for minif2f-v2")
    expect(world.pull("v2s", "--from", "minif2f-v2="), 2, "no URL for minif2f-v2")
    world.database = world.path("untouched.db")
    expect(world.pull("v2x"), 2, 'unknown split "v2x"', "did you mean")
    assert not os.path.exists(world.database)
    expect(world.pull("demo", "--from", "/x"), 2, "--from")


@test
def a_failing_source_leaves_other_sets_alone(world):
    folder = world.repo("minif2f-v2")
    world.manifest("v1", url=world.path("nowhere"))
    world.manifest("v2s", url=folder)
    expect(world.pull("v1", "v2s"), 2, "f2f: pull v1: ", "v2s: 4 problems stored")
    assert len(world.problems("v2s")) == 4 and world.problems("v1") == []


@test
def files_without_a_checksum_are_pinned_by_the_first_pull(world):
    folder = world.repo("minif2f-v2")

    def change(manifest):
        manifest["sources"][0]["files"][0]["sha256"] = None
    world.manifest("v2s", url=folder, change=change)
    pinned = "v2s: datasets/miniF2F_v2s.json has no published checksum"
    expect(world.pull("v2s"), 0, pinned, "v2s: 4 problems stored")
    expect(world.pull("v2s", "--force"), 0, pinned)
    with open(os.path.join(folder, "datasets", "miniF2F_v2s.json"), "a", encoding="utf-8") as file:
        file.write("\n")
    world.commits["minif2f-v2"] = world.commit(folder)
    world.manifest("v2s", url=folder, change=change)
    before = world.problems("v2s")
    expect(world.pull("v2s", "--force"), 2, "the first pull brought")
    assert world.problems("v2s") == before
    world.manifest("v2c", commit=ABSENT, change=change)
    expect(world.pull("v2c", "--from", folder), 2, "no checksum to know the file by")


def broken(world, text, *said):
    folder = world.repo("minif2f-v2")
    path = os.path.join(folder, "datasets", "miniF2F_v2s.json")
    with open(path, "rb") as file:
        good = file.read()
    with open(path, "wb") as file:
        file.write(text(good))
    world.commits["minif2f-v2"] = world.commit(folder)

    def change(manifest):
        manifest["sources"][0]["files"][0]["sha256"] = hashlib.sha256(text(good)).hexdigest()
    world.manifest("v2s", url=folder, change=change)
    expect(world.pull("v2s"), 2, "f2f: pull v2s: datasets/miniF2F_v2s.json: ", *said)
    assert world.problems("v2s") == []


@test
def a_truncated_file_is_refused_with_its_line(world):
    broken(world, lambda good: good[:len(good) // 2], "line ")


@test
def a_record_without_a_name_is_refused_with_its_number(world):
    broken(world, lambda good: good.replace(b'"name": "f2f_parity"', b'"nam": "f2f_parity"'), 'record 3: no "name"')


@test
def a_name_that_repeats_is_refused_with_its_record(world):
    broken(world, lambda good: good.replace(b'"name": "f2f_parity"', b'"name": "f2f_sum_of_two"'),
           "record 3: f2f_sum_of_two: a second problem of this name")


@test
def ill_formed_utf8_is_refused_with_its_line(world):
    broken(world, lambda good: good.replace(b"largest root", b"largest r\xffot"), "ill-formed UTF-8")


@test
def an_interrupt_ends_with_130_and_stores_nothing(world):
    with servers.stalled() as server:
        world.manifest("v2s", f"git://127.0.0.1:{server.port}/x")
        for signo, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            server.accepted.clear()
            child = subprocess.Popen(world.command("v2s"), env=world.environment(), cwd=world.folder,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            assert server.accepted.wait(servers.WAIT_SECONDS)
            child.send_signal(signo)
            out, err = child.communicate(timeout=servers.WAIT_SECONDS)
            assert child.returncode == status, (child.returncode, out, err)
    assert world.problems("v2s") == []


@test
def a_damaged_copy_in_the_cache_is_made_anew(world):
    folder = world.repo("minif2f-v2")
    world.manifest("v2s", url=folder)
    expect(world.pull("v2s"), 0, "stored")
    packs = glob.glob(world.path("cache", "**", "pack-*"), recursive=True)
    assert packs
    for pack in packs:
        os.chmod(pack, 0o644)
        with open(pack, "r+b") as file:
            file.truncate(20)
    expect(world.pull("v2s", "--force"), 0, "stored")


@test
def a_lock_left_by_a_killed_child_does_not_last(world):
    folder = world.repo("minif2f-v2")
    world.manifest("v2s", url=folder)
    expect(world.pull("v2s"), 0, "stored")
    with open(os.path.join(folder, "later"), "w", encoding="utf-8") as file:
        file.write("x")
    world.commits["minif2f-v2"] = world.commit(folder)
    world.manifest("v2s", url=folder)
    for ref in glob.glob(world.path("cache", "f2f", "git", "*", "refs", "**"), recursive=True):
        if os.path.isfile(ref):
            with open(ref + ".lock", "w", encoding="utf-8"):
                pass
    expect(world.pull("v2s", "--force"), 0, "stored", world.commits["minif2f-v2"])


@test
def several_pulls_at_once_all_succeed(world):
    folder = world.repo("minif2f-v2")
    world.manifest("v2s", url=folder)
    children = [subprocess.Popen(world.command("v2s", "--force", "--db", world.path(f"{i}.db")), cwd=world.folder,
                                 env=world.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                for i in range(4)]
    for child in children:
        said, _ = child.communicate(timeout=servers.WAIT_SECONDS)
        assert child.returncode == 0, said


@test
def a_transfer_that_stalls_halfway_is_given_up_and_the_next_one_succeeds(world):
    world.repo("minif2f-v2")
    with servers.git_daemon(world.repos) as port, servers.stalling_after(port, 2000) as stalling:
        world.manifest("v2s", f"git://127.0.0.1:{stalling.port}/minif2f-v2")
        expect(world.pull("v2s", "--silence", "0.3"), 75, "nothing heard for 0.3 s")
        assert world.problems("v2s") == []
        world.manifest("v2s", f"git://127.0.0.1:{port}/minif2f-v2")
        expect(world.pull("v2s"), 0, "stored")


@test
def a_link_and_a_submodule_are_no_files(world):
    folder = world.repo("minif2f-v2")
    path = os.path.join(folder, "datasets", "miniF2F_v2s.json")
    os.rename(path, path + ".real")
    os.symlink("miniF2F_v2s.json.real", path)
    world.commits["minif2f-v2"] = world.commit(folder)
    world.manifest("v2s", url=folder)
    expect(world.pull("v2s"), 2, "neither a file nor a folder")


@test
def a_login_in_a_url_is_printed_and_stored_nowhere(world):
    world.repo("minif2f-v2")
    with servers.smart_http(world.repos) as port:
        world.manifest("v2s")
        done = world.pull("v2s", "--from", f"http://somebody:hunter2@127.0.0.1:{port}/git/minif2f-v2")
    expect(done, 0, "stored", absent=["hunter2", "somebody"])
    shutil.rmtree(world.path("cache"))
    done = world.pull("v2s", "--force", "--from", f"http://somebody:hunter2@127.0.0.1:{port}/git/minif2f-v2")
    expect(done, 75, absent=["hunter2", "somebody"])
    for folder, _, names in os.walk(world.folder):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                assert b"hunter2" not in file.read(), os.path.join(folder, name)


@test
def certificates_are_checked(world):
    world.repo("minif2f-v2")
    key, certificate = servers.make_certificate(world.folder)
    with servers.smart_http(world.repos) as port, servers.with_tls(port, key, certificate) as tls:
        world.manifest("v2s", f"https://localhost:{tls.port}/git/minif2f-v2")
        expect(world.pull("v2s"), 5, "f2f: pull v2s: ", "certificate")
        assert world.problems("v2s") == []
        world.extra = {"SSL_CERT_FILE": certificate}
        expect(world.pull("v2s"), 0, "v2s: 4 problems stored")


@test
def ssh_takes_keys_of_the_agent_and_known_hosts_only(world):
    folder = world.repo("minif2f-v2")
    known = world.path(".ssh", "known_hosts")
    os.makedirs(os.path.dirname(known), mode=0o700)
    ssh = servers.Ssh(world.folder)
    with ssh.running():
        world.extra = ssh.agent
        world.manifest("v2s", url=f"ssh://{getpass.getuser()}@127.0.0.1:{ssh.port}{folder}")
        for line in (None, ssh.public("user")):  # unknown; another key than the one that is known
            if line:
                with open(known, "w", encoding="utf-8") as file:
                    file.write(f"[127.0.0.1]:{ssh.port} {line}\n")
            expect(world.pull("v2s"), 5, "the server's host key is not in ~/.ssh/known_hosts")
        with open(known, "w", encoding="utf-8") as file:
            file.write(f"[127.0.0.1]:{ssh.port} {ssh.public('host')}\n")
        done = world.pull("v2s")
        if "is locked" in ssh.log():
            raise Skip("this account is locked: sshd lets nobody in")
        expect(done, 0, "v2s: 4 problems stored")
        world.extra = {}
        shutil.rmtree(world.path("cache"))
        expect(world.pull("v2s", "--force"), 5, "no ssh agent is running")
        world.extra = ssh.agent
        subprocess.run(["ssh-add", "-qD"], env={**os.environ, **ssh.agent}, check=True)
        expect(world.pull("v2s", "--force"), 5, "no key of the ssh agent is accepted")


@test
def the_built_in_set_needs_no_pull(world):
    expect(world.pull("demo", embedded=True), 0, "demo: built in")
    assert world.problems("demo")


# ---- The published sets.

def shared(world):
    for place in (os.path.join(world.source, "..", "shared", "data"), "/work/shared/data"):
        if os.path.isdir(place):
            return os.path.abspath(place)
    raise Skip("../shared/data is not here")


def published(world, name):
    """A repository with the published layout, made of what ../shared/data holds."""
    data = os.path.join(shared(world), name)
    tree = world.path("trees", name)
    os.makedirs(tree)
    packed = os.path.join(data, "tree.tar.gz")
    if os.path.exists(packed):
        with tarfile.open(packed) as tar:
            tar.extractall(tree)
    elif os.path.isdir(os.path.join(data, "datasets")):
        shutil.copytree(os.path.join(data, "datasets"), os.path.join(tree, "datasets"))
    else:
        shutil.copytree(data, os.path.join(tree, "datasets"))
    subprocess.run(["chmod", "-R", "u+w", tree], check=True)
    return world.repo(name, tree)


def count(world, split, subset):
    return world.rows(f"SELECT count(*) FROM problem WHERE split = '{split}' AND subset = '{subset}'")[0][0]


@test
def the_published_v2_comes_over_smart_http(world):
    published(world, "minif2f-v2")
    with servers.smart_http(world.repos) as port:
        done = world.pull("v2", "--from", f"http://127.0.0.1:{port}/git/minif2f-v2", embedded=True)
    expect(done, 0, "v2s: 488 problems stored", "v2c: 488 problems stored")
    for split in ("v2s", "v2c"):
        assert count(world, split, "test") == 244 and count(world, split, "valid") == 244


@test
def the_published_v1_comes_over_git(world):
    published(world, "minif2f-deepseek")
    with servers.git_daemon(world.repos) as port:
        done = world.pull("v1", "--from", f"git://127.0.0.1:{port}/minif2f-deepseek", embedded=True)
    expect(done, 0, "v1: 488 problems stored")
    assert count(world, "v1", "test") == 244


@test
def the_published_lean_tree_comes_with_its_words(world):
    published(world, "minif2f-lean4")
    published(world, "minif2f-informal")
    with servers.git_daemon(world.repos) as port, servers.smart_http(world.repos) as http:
        done = world.pull("v1-lean4", "--from", f"minif2f-lean4=git://127.0.0.1:{port}/minif2f-lean4",
                          "--from", f"minif2f-informal=http://127.0.0.1:{http}/git/minif2f-informal", embedded=True)
    expect(done, 0, "v1-lean4: 488 problems stored")
    assert count(world, "v1-lean4", "valid") == 244


def run(function, build, source):
    folder = tempfile.mkdtemp(prefix="f2f-pull-")
    try:
        function(World(folder, build, source))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--source", required=True)
    parser.add_argument("only", nargs="*")
    options = parser.parse_args()
    chosen = [function for function in TESTS if not options.only or function.__name__ in options.only]
    print(f"1..{len(chosen)}", flush=True)
    failed = 0
    for number, function in enumerate(chosen, 1):
        name = function.__name__
        try:
            run(function, os.path.abspath(options.build), os.path.abspath(options.source))
            print(f"ok {number} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except Exception:  # a test that breaks is a test that fails
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
