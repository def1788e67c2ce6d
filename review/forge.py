"""Where pull requests live: GitHub or GitLab, by the REST API that their own CI systems name in the environment."""

import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from local.problem import Problem

LONGEST = 65_000
"""Characters of a comment or an issue that both take: GitHub's limit is 65,536."""
_PAGE = 100


class Forge(Protocol):
    """What is asked of one. Its own texts are found again by how they begin."""

    def comments(self, number: int) -> Iterator[tuple[str, str]]:
        """The comments on a pull request that a machine wrote: each one's path and its text."""
        ...

    def write_comment(self, number: int, text: str) -> None:
        """Add a comment to a pull request."""
        ...

    def change_comment(self, path: str, text: str) -> None:
        """Give a comment another text."""
        ...

    def issues(self) -> Iterator[tuple[str, str]]:
        """The open issues that a machine opened: each one's path and its text."""
        ...

    def open_issue(self, title: str, text: str) -> None:
        """Open an issue."""
        ...

    def change_issue(self, path: str, text: str, *, close: bool = False) -> None:
        """Give an issue another text, or close it."""
        ...


class _Api:
    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url, self._headers = url.rstrip("/"), dict(headers)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request.

        Raises:
            Problem: it was refused or not answered; the token is never part of the sentence.
        """
        request = urllib.request.Request(
            f"{self._url}{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={**self._headers, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            said = error.read(300).decode(errors="replace")
            raise Problem(f"{method} {self._url}{path} was answered {error.code}: {said}") from None
        except OSError as error:
            raise Problem(f"{self._url} can't be reached: {error}") from None

    def pages(self, path: str) -> Iterator[Any]:
        """Every item of a list, page by page."""
        page = 1
        while True:
            sign = "&" if "?" in path else "?"
            found = self.ask("GET", f"{path}{sign}per_page={_PAGE}&page={page}")
            yield from found
            if len(found) < _PAGE:
                return
            page += 1


class GitHub:
    """GitHub's REST API. Source: "Issue comments" and "Issues" in its reference; a pull request is an issue there."""

    def __init__(self, url: str, repository: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
        self._api, self._here = _Api(url, headers), f"/repos/{repository}"

    def comments(self, number: int) -> Iterator[tuple[str, str]]:
        """By bots alone: anybody can write a comment that begins like one of ours."""
        for each in self._api.pages(f"{self._here}/issues/{number}/comments"):
            if (each.get("user") or {}).get("type") == "Bot":
                yield f"{self._here}/issues/comments/{each['id']}", each.get("body") or ""

    def write_comment(self, number: int, text: str) -> None:
        """Add a comment."""
        self._api.ask("POST", f"{self._here}/issues/{number}/comments", {"body": text})

    def change_comment(self, path: str, text: str) -> None:
        """Give it another text."""
        self._api.ask("PATCH", path, {"body": text})

    def issues(self) -> Iterator[tuple[str, str]]:
        """By bots alone, and no pull requests."""
        for each in self._api.pages(f"{self._here}/issues?state=open"):
            if "pull_request" not in each and (each.get("user") or {}).get("type") == "Bot":
                yield f"{self._here}/issues/{each['number']}", each.get("body") or ""

    def open_issue(self, title: str, text: str) -> None:
        """Open it."""
        self._api.ask("POST", f"{self._here}/issues", {"title": title, "body": text})

    def change_issue(self, path: str, text: str, *, close: bool = False) -> None:
        """Give it another text, or close it."""
        self._api.ask("PATCH", path, {"body": text, **({"state": "closed"} if close else {})})

    def pull_request(self, commit: str) -> int | None:
        """The open pull request whose head is a commit: what began in a fork names none to the workflow after it."""
        for each in self._api.pages(f"{self._here}/pulls?state=open"):
            if each["head"]["sha"] == commit:
                return int(each["number"])
        return None


class GitLab:
    """GitLab's REST API. Source: "Notes" and "Issues" in its reference."""

    def __init__(self, url: str, project: str, token: str) -> None:
        self._api = _Api(url, {"PRIVATE-TOKEN": token})
        self._here = f"/projects/{urllib.parse.quote(project, safe='')}"
        self._me: int | None = None

    def comments(self, number: int) -> Iterator[tuple[str, str]]:
        """By the token's own user alone."""
        here = f"{self._here}/merge_requests/{number}/notes"
        for each in self._api.pages(here):
            if each["author"]["id"] == self._own():
                yield f"{here}/{each['id']}", each.get("body") or ""

    def write_comment(self, number: int, text: str) -> None:
        """Add a note."""
        self._api.ask("POST", f"{self._here}/merge_requests/{number}/notes", {"body": text})

    def change_comment(self, path: str, text: str) -> None:
        """Give it another text."""
        self._api.ask("PUT", path, {"body": text})

    def issues(self) -> Iterator[tuple[str, str]]:
        """By the token's own user alone."""
        for each in self._api.pages(f"{self._here}/issues?state=opened&author_id={self._own()}"):
            yield f"{self._here}/issues/{each['iid']}", each.get("description") or ""

    def open_issue(self, title: str, text: str) -> None:
        """Open it."""
        self._api.ask("POST", f"{self._here}/issues", {"title": title, "description": text})

    def change_issue(self, path: str, text: str, *, close: bool = False) -> None:
        """Give it another text, or close it."""
        self._api.ask("PUT", path, {"description": text, **({"state_event": "close"} if close else {})})

    def _own(self) -> int:
        if self._me is None:
            self._me = int(self._api.ask("GET", "/user")["id"])
        return self._me


def of_environment(environment: Mapping[str, str] = os.environ) -> GitHub | GitLab:
    """The one whose CI this runs in.

    Raises:
        Problem: it is neither, or there is no token.
    """
    if repository := environment.get("GITHUB_REPOSITORY"):
        token = _token(environment, "GITHUB_TOKEN")
        return GitHub(environment.get("GITHUB_API_URL", "https://api.github.com"), repository, token)
    if url := environment.get("CI_API_V4_URL"):
        return GitLab(url, environment["CI_PROJECT_ID"], _token(environment, "GITLAB_TOKEN"))
    raise Problem(
        "This is neither GitHub's nor GitLab's CI: GITHUB_REPOSITORY and CI_API_V4_URL are not set. Write the report "
        "to a file (python -m review report STACK --format markdown --out FILE) and post it with your own tool."
    )


def _token(environment: Mapping[str, str], name: str) -> str:
    token = environment.get(name)
    if not token:
        raise Problem(f"{name} is not set: a token that may write comments and issues is needed, in the environment.")
    return token
