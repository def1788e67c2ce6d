"""One comment a stack, one issue a stack that drifted: what people would stop reading if it were repeated."""

import argparse

import pytest

from local.problem import Problem
from review import forge, posting
from review.writing import mark
from tests import forges

REPORT = f"{mark('onprem')}\n### 🔵 onprem: Pods roll, and clients go on.\n"


@pytest.fixture(params=["github", "gitlab"])
def there(request: pytest.FixtureRequest):
    """A forge, and the client that its CI would have."""
    with forges.serving() as served:
        github = {"GITHUB_REPOSITORY": "team/streaming", "GITHUB_API_URL": served.url, "GITHUB_TOKEN": forges.TOKEN}
        gitlab = {"CI_API_V4_URL": served.url, "CI_PROJECT_ID": "12", "GITLAB_TOKEN": forges.TOKEN}
        yield served, forge.of_environment(github if request.param == "github" else gitlab)


def test_a_second_push_changes_the_comment_instead_of_adding_one(there):
    served, client = there

    assert posting.comment(client, 3, REPORT) == "written"
    assert posting.comment(client, 3, f"{REPORT}more\n") == "updated"

    assert [each["body"] for each in served.comments] == [f"{REPORT}more\n"]


def test_a_report_that_says_the_same_is_not_written_again(there):
    served, client = there
    posting.comment(client, 3, REPORT)
    served.comments[0]["body"] = REPORT.replace("\n", "\r\n").rstrip()

    assert posting.comment(client, 3, REPORT) == "unchanged"


def test_each_stack_has_a_comment_of_its_own(there):
    served, client = there
    posting.comment(client, 3, REPORT)
    posting.comment(client, 3, REPORT.replace("onprem", "aws"))

    assert len(served.comments) == 2


def test_the_comment_is_found_behind_two_hundred_others(there):
    served, client = there
    posting.comment(client, 3, REPORT)
    for number in range(230):
        served.comments.insert(0, {"id": number, "body": "+1", "user": {"type": "User"}, "author": {"id": 1}})
    for number, each in enumerate(served.comments):
        each["id"] = number + 1

    assert posting.comment(client, 3, f"{REPORT}more\n") == "updated"


def test_a_comment_that_somebody_forged_is_left_alone(there):
    served, client = there
    served.by_somebody(f"{mark('onprem')} everything is fine")

    assert posting.comment(client, 3, REPORT) == "written"
    assert served.comments[0]["body"].endswith("everything is fine")


def test_what_was_said_of_a_stack_that_is_no_longer_touched_is_withdrawn(there):
    served, client = there
    posting.comment(client, 3, REPORT)
    posting.comment(client, 3, REPORT.replace("onprem", "aws"))
    served.by_somebody(f"{mark('gcp')} is mine")

    assert posting.withdraw(client, 3, ["onprem"]) == ["aws"]
    assert posting.withdraw(client, 3, ["onprem"]) == [], "Once is enough."

    told = [each["body"] for each in served.comments]
    assert told[0] == REPORT
    assert told[1].startswith(mark("aws"))
    assert "no longer touches it" in told[1]
    assert told[2].endswith("is mine")


def test_a_stack_that_is_touched_again_gets_its_report_in_the_same_comment(there):
    served, client = there
    posting.comment(client, 3, REPORT)
    posting.withdraw(client, 3, [])

    assert posting.comment(client, 3, REPORT) == "updated"
    assert [each["body"] for each in served.comments] == [REPORT]


def test_a_report_that_was_never_written_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("CI_MERGE_REQUEST_IID", "3")
    monkeypatch.setenv("GITHUB_REPOSITORY", "team/streaming")
    monkeypatch.setenv("GITHUB_TOKEN", forges.TOKEN)
    told = argparse.Namespace(files=[tmp_path / "review-aws.md"], pull_request=None, head=None, touched=None)

    with pytest.raises(Problem, match="ended before it wrote one"):
        posting.run(told)


def test_a_text_without_a_mark_is_not_posted(there):
    served, client = there

    with pytest.raises(Problem, match="its mark"):
        posting.comment(client, 3, "<script>hello</script>")
    assert not served.comments


def test_a_report_that_is_too_long_is_cut_and_says_so(there):
    served, client = there
    fields = "- a line of a field\n" * 9000
    long = f"{REPORT}<details>\n\n```diff\n{fields}```\n\n</details>\n"

    posting.comment(client, 3, long)

    body = served.comments[0]["body"]
    assert len(body) <= 65_536
    assert "the rest is too long" in body
    assert body.count("```") % 2 == 0
    assert body.count("<details>") == body.count("</details>")


def test_drift_is_one_issue_that_is_closed_when_it_is_gone(there):
    served, client = there

    assert posting.issue(client, "onprem", None) == "nothing to do"
    assert posting.issue(client, "onprem", "brokers: 3 → 2") == "opened"
    for each in served.issues:
        each.setdefault("body", each.get("description"))
    assert posting.issue(client, "onprem", "brokers: 3 → 1") == "updated"
    assert posting.issue(client, "onprem", None) == "closed"

    assert len(served.issues) == 1
    assert "onprem has drifted" in served.issues[0]["title"]


def test_the_token_is_in_no_sentence(there):
    served, client = there
    served.answer = lambda *_: (403, {"message": "Resource not accessible by integration"})

    with pytest.raises(Problem, match="403") as refused:
        posting.comment(client, 3, REPORT)
    assert forges.TOKEN not in str(refused.value)


def test_without_a_token_it_is_said_which_one_is_needed():
    with pytest.raises(Problem, match="GITHUB_TOKEN is not set"):
        forge.of_environment({"GITHUB_REPOSITORY": "team/streaming"})


def test_elsewhere_the_way_out_is_a_file():
    with pytest.raises(Problem, match="--out FILE"):
        forge.of_environment({})


def test_a_pull_request_from_a_fork_is_found_by_its_commit():
    with forges.serving() as served:
        served.pulls = [{"number": 4, "head": {"sha": "abc"}}, {"number": 5, "head": {"sha": "def"}}]
        client = forge.GitHub(served.url, "team/streaming", forges.TOKEN)

        assert (client.pull_request("def"), client.pull_request("123")) == (5, None)
