"""OneDrive: what is in it, who may open it, and copies that take their time."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from tests.demo.caller import Caller, Json, code
from tests.demo.test_story import one

from licenseiq_demo.estate.drives import LEAVERS, SITES_HOST


def drive_of(graph: Caller, key: str) -> Json:
    return graph.get(f"/users/{key}/drive")


def everything(graph: Caller, drive: str, size: int = 7) -> Iterator[Json]:
    """All items, by delta."""
    page = graph.get(f"/drives/{drive}/root/delta?$top={size}")
    yield from page["value"]
    while "@odata.nextLink" in page:
        parts = urlsplit(page["@odata.nextLink"])
        page = graph.get(f"{parts.path.removeprefix('/v1.0')}?{parts.query}")
        yield from page["value"]


def counts(graph: Caller, drive: str) -> tuple[int, int]:
    """Files and their bytes."""
    files = [item for item in everything(graph, drive) if "file" in item]
    return len(files), sum(item["size"] for item in files)


def walked(graph: Caller, drive: str, item: str = "root") -> list[Json]:
    found: list[Json] = []
    for child in graph.get(f"/drives/{drive}/items/{item}/children?$top=5000")["value"]:
        found += [child, *(walked(graph, drive, child["id"]) if "folder" in child else [])]
    return found


def copy_all(graph: Caller, source: str, target: str, folder: str, **more: object) -> str:
    """The address of the monitor."""
    body = {"parentReference": {"driveId": target, "id": folder}, "childrenOnly": True, **more}
    root = graph.get(f"/drives/{source}/root")["id"]
    answer = graph.client.post(
        f"/v1.0/drives/{source}/items/{root}/copy",
        json=body,
        headers={"Authorization": f"Bearer {graph.state.tokens['desk']}"},
    )
    assert answer.status_code == 202, answer.text
    return urlsplit(answer.headers["location"]).path


def wait(graph: Caller, monitor: str) -> list[Json]:
    """What the monitor said, without a token, until it was over."""
    told: list[Json] = []
    while not told or told[-1]["status"] == "inProgress":
        answer = graph.client.get(monitor)
        assert answer.status_code == 202
        told.append(answer.json())
    return told


def folder_on_site(graph: Caller, name: str) -> tuple[str, str]:
    drive = graph.get(f"/sites/{SITES_HOST}:/sites/{LEAVERS}:/drive")["id"]
    status, made = graph.ask("POST", f"/drives/{drive}/root/children", {"name": name, "folder": {}})
    assert status == 201, made
    return drive, made["id"]


def test_a_library_is_the_same_by_delta_and_by_walking_and_as_large_as_its_quota_says(graph: Caller) -> None:
    drive = drive_of(graph, one(graph, "leaver_with_outside_links"))
    by_delta = {item["id"]: item for item in everything(graph, drive["id"])}
    by_walking = {item["id"]: item for item in walked(graph, drive["id"])}
    assert by_delta.keys() - by_walking.keys() == {graph.get(f"/drives/{drive['id']}/root")["id"]}
    assert counts(graph, drive["id"])[1] == drive["quota"]["used"] > 0
    assert any(item["parentReference"]["path"].count("/") > 4 for item in by_walking.values()), "nested"
    root = graph.get(f"/drives/{drive['id']}/root")
    assert (root["root"], root["size"]) == ({}, drive["quota"]["used"])


def test_who_never_had_a_onedrive_has_none(graph: Caller) -> None:
    key = next(p.id for p in graph.state.tenant.people if p.cause == "never_used")
    assert graph.ask("GET", f"/users/{key}/drive")[0] == 404
    assert graph.ask("GET", "/drives/b!nothing/root")[0] == 404


def test_losing_every_licence_leaves_the_library_where_it_is(graph: Caller) -> None:
    key = one(graph, "leaver_with_outside_links")
    before = counts(graph, drive_of(graph, key)["id"])
    mine = graph.get(f"/users/{key}?$select=assignedLicenses")["assignedLicenses"]
    remove = {"addLicenses": [], "removeLicenses": [row["skuId"] for row in mine]}
    assert graph.ask("POST", f"/users/{key}/assignLicense", remove)[0] == 200
    assert counts(graph, drive_of(graph, key)["id"]) == before


def test_delta_from_now_on_tells_what_came_later(graph: Caller) -> None:
    drive, folder = folder_on_site(graph, "Early")
    link = graph.get(f"/drives/{drive}/root/delta?token=latest")["@odata.deltaLink"]
    made = graph.ask("POST", f"/drives/{drive}/items/{folder}/children", {"name": "Late", "folder": {}})[1]
    parts = urlsplit(link)
    later = f"{parts.path.removeprefix('/v1.0')}?{parts.query}"
    assert [i["id"] for i in graph.get(later)["value"]] == [made["id"]]
    assert graph.ask("DELETE", f"/drives/{drive}/items/{folder}") == (204, {})
    assert graph.ask("DELETE", f"/drives/{drive}/items/{folder}")[0] == 404
    assert graph.ask("DELETE", f"/drives/{drive}/items/root")[0] == 403
    gone = {i["id"]: i.get("deleted") for i in graph.get(later)["value"]}
    assert gone == {made["id"]: {"state": "deleted"}, folder: {"state": "deleted"}}
    assert "Early" not in [i["name"] for i in everything(graph, drive)]
    assert graph.ask("GET", f"/drives/{drive}/root/delta?token=stale")[0] == 410


def test_an_invited_successor_shows_among_the_permissions_once(graph: Caller) -> None:
    drive = drive_of(graph, one(graph, "leaver_with_outside_links"))["id"]
    successor = graph.some("active")
    body = {"recipients": [{"objectId": successor.id}], "roles": ["read"], "requireSignIn": True}
    for role in ("read", "write"):
        body["roles"] = [role]
        status, answer = graph.ask("POST", f"/drives/{drive}/root/invite", body)
        assert (status, answer["value"][0]["roles"]) == (200, [role])
    rows = graph.get(f"/drives/{drive}/root/permissions")["value"]
    mine = [r for r in rows if r.get("grantedToV2", {}).get("user", {}).get("id") == successor.id]
    assert [r["roles"] for r in mine] == [["write"]]
    assert graph.ask("DELETE", f"/drives/{drive}/items/root/permissions/{mine[0]['id']}") == (204, {})
    assert graph.ask("DELETE", f"/drives/{drive}/items/root/permissions/{mine[0]['id']}")[0] == 404
    for wrong in ({"roles": ["owner"]}, {"recipients": []}, {"recipients": [{"email": "nobody@larkfield.example"}]}):
        assert graph.ask("POST", f"/drives/{drive}/root/invite", body | wrong)[0] == 400


def test_links_to_outside_are_found_by_what_is_shared_and_can_be_removed(graph: Caller) -> None:
    drive = drive_of(graph, one(graph, "leaver_with_outside_links"))["id"]
    shared = [item for item in everything(graph, drive) if "shared" in item]
    assert sorted(item["shared"]["scope"] for item in shared) == ["anonymous", "anonymous", "organization", "users"]
    for item in shared:
        where = f"/drives/{drive}/items/{item['id']}/permissions"
        for row in graph.get(where)["value"]:
            if "inheritedFrom" in row:
                assert graph.ask("DELETE", f"{where}/{row['id']}")[0] == 400
            else:
                assert graph.ask("DELETE", f"{where}/{row['id']}")[0] == 204
    assert not [item for item in everything(graph, drive) if "shared" in item]


def test_a_copy_is_complete_when_its_monitor_says_so_and_not_before(graph: Caller) -> None:
    source = drive_of(graph, one(graph, "leaver_with_outside_links"))["id"]
    target, folder = folder_on_site(graph, "Leaver")
    monitor = copy_all(graph, source, target, folder)
    answer = graph.client.get(monitor)
    assert answer.json()["status"] == "inProgress"
    assert 0 < answer.json()["percentageComplete"] < 100
    partly = graph.state.estate.drives.site().used
    told = wait(graph, monitor)
    assert told[-1]["status"] == "completed"
    assert told[-1]["resourceId"] in {item["id"] for item in everything(graph, target)}
    assert partly < graph.state.estate.drives.site().used
    assert counts(graph, target) == counts(graph, source)
    assert not [item for item in everything(graph, target) if "shared" in item], "permissions are not copied"


def test_the_monitor_can_fail_and_the_copy_goes_on(graph: Caller) -> None:
    source = drive_of(graph, one(graph, "leaver_with_outside_links"))["id"]
    target, folder = folder_on_site(graph, "Unwatched")
    monitor = copy_all(graph, source, target, folder)
    graph.faults({"what": "status", "path": "/_monitor", "status": 503, "times": 2})
    assert [graph.client.get(monitor).status_code for _ in range(2)] == [503, 503]
    for _ in range(4):
        graph.get(f"/drives/{target}/root")
    assert wait(graph, monitor)[0]["status"] == "completed"
    assert counts(graph, target) == counts(graph, source)


def test_a_copy_fails_when_its_folder_goes_away_meanwhile(graph: Caller) -> None:
    source = drive_of(graph, one(graph, "leaver_with_outside_links"))["id"]
    target, folder = folder_on_site(graph, "Gone")
    monitor = copy_all(graph, source, target, folder)
    assert graph.client.get(monitor).json()["status"] == "inProgress"
    assert graph.ask("DELETE", f"/drives/{target}/items/{folder}")[0] == 204
    assert wait(graph, monitor)[-1]["status"] == "failed"


@pytest.mark.parametrize("fault", ["short_copy", "failed_copy"])
def test_a_copy_can_lose_a_file_or_fail_and_only_counting_or_the_status_tells(graph: Caller, fault: str) -> None:
    source = drive_of(graph, one(graph, "leaver_with_outside_links"))["id"]
    target, folder = folder_on_site(graph, fault)
    graph.faults(fault)
    told = wait(graph, copy_all(graph, source, target, folder))
    files, _ = counts(graph, target)
    assert files < counts(graph, source)[0]
    assert told[-1]["status"] == ("completed" if fault == "short_copy" else "failed")


def test_a_copy_whose_name_is_taken_fails_unless_it_was_told_otherwise(graph: Caller) -> None:
    source = drive_of(graph, one(graph, "leaver_with_outside_links"))["id"]
    target, folder = folder_on_site(graph, "Twice")
    item = graph.get(f"/drives/{source}/root/children")["value"][0]
    where = f"/drives/{source}/items/{item['id']}/copy"
    body = {"parentReference": {"driveId": target, "id": folder}}
    assert graph.ask("POST", where, body)[0] == 202
    for _ in range(4):
        graph.get(f"/drives/{target}/root")
    status, answer = graph.ask("POST", where, body)
    assert (status, code(answer)) == (409, "nameAlreadyExists")
    assert graph.ask("POST", f"{where}?@microsoft.graph.conflictBehavior=rename", body)[0] == 202
    for _ in range(4):
        graph.get(f"/drives/{target}/root")
    names = [i["name"] for i in graph.get(f"/drives/{target}/items/{folder}/children")["value"]]
    assert names == [item["name"], f"{item['name']} 1"]


def test_what_cannot_be_copied_is_refused(graph: Caller) -> None:
    source = drive_of(graph, one(graph, "leaver_with_outside_links"))["id"]
    root = graph.get(f"/drives/{source}/root")["id"]
    for body, status in (
        ({"parentReference": {"driveId": source, "id": root}}, 400),
        ({"parentReference": {"driveId": source, "id": root}, "childrenOnly": True}, 400),
        ({"parentReference": {"driveId": "b!nothing", "id": root}, "childrenOnly": True}, 404),
    ):
        assert graph.ask("POST", f"/drives/{source}/items/{root}/copy", body)[0] == status
    assert graph.client.get("/_monitor/unknown").status_code == 404


def test_the_retention_of_orphaned_libraries_can_be_read(graph: Caller) -> None:
    assert graph.get("/admin/sharepoint/settings")["deletedUserPersonalSiteRetentionPeriodInDays"] == 30
    graph.faults("forbid:sharepoint_settings")
    assert graph.ask("GET", "/admin/sharepoint/settings")[0] == 403
