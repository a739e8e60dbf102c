"""Tests of f2f pull for sets whose file no repository publishes, and for one that is generated; test_pull.py runs them."""
import gzip
import os
import shutil

import servers
from world import expect

TESTS = []


def test(function):
    TESTS.append(function)
    return function


def words(world, name="words-paper"):
    """The fixture of the efficiency paper's layout in a folder of its own; returns folder and file."""
    folder = world.path(name)
    os.makedirs(folder)
    file = os.path.join(folder, "problems.json")
    shutil.copy(os.path.join(world.source, "tests", "data", "words-paper", "two.json"), file)
    return folder, file


def pack(file):
    with open(file, "rb") as plain, gzip.open(file + ".gz", "wb") as packed:
        shutil.copyfileobj(plain, packed)
    os.remove(file)
    return file + ".gz"


STORED = ("words-paper: 55 problems stored", "words-paper: 7 problems left out as inconsistent: ", "2 ambiguous",
          "pinned to what the first pull brought")


@test
def a_file_that_nobody_publishes_is_asked_for(world):
    done = world.pull("words-paper", embedded=True)
    expect(done, 6, "the paper's problem file is not in its public repository", "f2f pull words-paper --from FILE")
    assert not world.problems("words-paper")
    done = world.pull("words-paper", "--from", world.path("nowhere"), embedded=True)
    assert done.returncode != 0 and "nowhere" in done.stderr, done.stderr


@test
def an_unpublished_file_is_read_from_disk_plain_or_packed(world):
    _, file = words(world)
    expect(world.pull("words-paper", "--from", file, embedded=True), 0, *STORED, file)
    assert world.rows("SELECT source, url, commit_id FROM dataset_file WHERE dataset = 'words-paper'") == [
        ("reasoning-efficiency", file, "")]
    os.remove(world.database)
    packed = pack(file)
    expect(world.pull("words-paper", "--from", "reasoning-efficiency=" + packed, embedded=True), 0, *STORED, packed)
    assert len(world.problems("words-paper")) == 55


@test
def an_unpublished_file_is_found_in_its_folder(world):
    folder, file = words(world)
    expect(world.pull("words-paper", "--from", folder, embedded=True), 0, *STORED, file)
    shutil.copy(file, os.path.join(folder, "more.json"))
    done = world.pull("words-paper", "--from", folder, embedded=True)
    expect(done, 2, "2 files it could be; name one: more.json, problems.json")
    # One that is called what the paper calls it is the one.
    shutil.copy(file, os.path.join(folder, "test500.json"))
    expect(world.pull("words-paper", "--from", folder, embedded=True), 0, "words-paper: 55 problems stored")


@test
def an_unpublished_file_is_fetched_from_a_repository_that_has_it(world):
    folder, file = words(world)
    os.makedirs(os.path.join(folder, "experiments", "proof_search", "experiments", "data"))
    os.rename(pack(file), os.path.join(folder, "experiments", "proof_search", "experiments", "data", "test500.json.gz"))
    tree = world.path("repos", "efficiency")
    shutil.copytree(folder, tree)
    commit = world.commit(tree, init=True)
    with servers.git_daemon(world.repos) as port:
        done = world.pull("words-paper", "--from", f"git://127.0.0.1:{port}/efficiency", embedded=True)
    expect(done, 0, *STORED, f"commit {commit}", absent=["HEAD:"])
    bare = world.path("bare")
    servers.git(world.folder, "clone", "-q", "--bare", tree, bare)
    expect(world.pull("words-paper", "--from", bare, embedded=True), 0, "words-paper: 55 problems stored")


@test
def another_file_than_the_first_is_refused_and_the_set_kept(world):
    _, file = words(world)
    expect(world.pull("words-paper", "--from", file, embedded=True), 0, *STORED)
    with open(file, "a", encoding="utf-8") as out:
        out.write("\n")
    done = world.pull("words-paper", "--from", file, embedded=True)
    expect(done, 2, "sha256 is ", "as the first pull brought")
    expect(world.pull("words-paper", embedded=True), 0, "words-paper: already there, 55 problems")
    assert len(world.problems("words-paper")) == 55


@test
def what_is_left_out_is_listed_and_kept(world):
    _, file = words(world)
    done = world.pull("words-paper", "--from", file, "--verbose", embedded=True)
    expect(done, 0, *STORED, "left out p0001-disconnected-axiom-none: answer: 9 follows, the file says 10",
           "left out p0001-connected-tree-agent: ambiguous: ")
    found = world.rows("SELECT problem, class FROM finding WHERE split = 'words-paper' AND signal = 'inconsistent' "
                       "AND severity = 'error' ORDER BY 1")
    assert len(found) == 7 and ("p0001-disconnected-tree-control", "steps") in found, found
    assert not world.rows("SELECT 1 FROM problem JOIN finding ON finding.problem = problem.name")
    expect(world.pull("words-paper", "--from", file, "--force", embedded=True), 0, "7 problems left out")
    assert len(world.rows("SELECT 1 FROM finding")) == 7


@test
def a_packed_file_that_was_cut_stores_nothing(world):
    _, file = words(world)
    packed = pack(file)
    with open(packed, "r+b") as out:
        out.truncate(os.path.getsize(packed) - 1)
    done = world.pull("words-paper", "--from", packed, embedded=True)
    expect(done, 2, f"pull words-paper: {packed}: the gzip file is cut short", absent=["pinned"])
    assert not world.problems("words-paper") and not world.rows("SELECT 1 FROM finding")


@test
def a_set_that_is_generated_needs_no_pull(world):
    expect(world.pull("words", embedded=True), 0, "words: built in, 2800 problems, needs no pull")
