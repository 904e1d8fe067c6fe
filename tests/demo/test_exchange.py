"""Exchange's admin API: what a cmdlet returns, changes and refuses."""

import pytest
from tests.demo.caller import Caller, Json, sku

HOLDS = ("LitigationHoldEnabled", "InPlaceHolds", "ComplianceTagHoldApplied", "DelayHoldApplied")


def reason(body: Json) -> str:
    """The reason of a failed cmdlet, without the type of the exception."""
    return str(body["error"]["details"][0]["message"]).rpartition("|")[2]


def drop_licences(graph: Caller, key: str) -> None:
    """Takes every licence that was given by hand."""
    held = [row["skuId"] for row in graph.state.tenant.by_id[key].states if row["assignedByGroup"] is None]
    status, body = graph.ask("POST", f"/users/{key}/assignLicense", {"addLicenses": [], "removeLicenses": held})
    assert status == 200, body


def give_back(graph: Caller, key: str, part: str) -> None:
    """Gives a licence by hand."""
    added = [{"skuId": sku(part), "disabledPlans": []}]
    assert graph.ask("POST", f"/users/{key}/assignLicense", {"addLicenses": added, "removeLicenses": []})[0] == 200


def test_a_mailbox_is_found_by_every_name_it_has_and_says_what_it_is(graph: Caller) -> None:
    person = graph.stands_for("plain_leaver")
    row = graph.mailbox(person.upn)
    for identity in (person.id, person.upn.upper(), f"smtp:{person.upn}", row["Alias"], row["ExchangeGuid"]):
        assert graph.mailbox(identity)["ExternalDirectoryObjectId"] == person.id
    assert (row["RecipientTypeDetails"], row["PrimarySmtpAddress"]) == ("UserMailbox", person.upn)
    assert [row[name] for name in HOLDS] == [False, [], False, False]
    assert row["ExchangeGuid@data.type"] == "System.Guid"
    assert row["InPlaceHolds@odata.type"] == "#Collection(String)"
    assert row["ProhibitSendReceiveQuota"] == "100 GB (107,374,182,400 bytes)"


def test_a_mailbox_that_is_not_there_is_not_found_and_the_reason_stands_in_the_details(graph: Caller) -> None:
    for identity in ("nobody@larkfield.example", graph.some("service").upn):
        status, body = graph.run("Get-Mailbox", Identity=identity)
        assert (status, body["error"]["code"], body["error"]["message"]) == (404, "NotFound", "Error executing cmdlet")
        assert reason(body).startswith(f"The operation couldn't be performed because object '{identity}' couldn't be")
        assert "ManagementObjectNotFoundException" in body["error"]["details"][0]["message"]


@pytest.mark.parametrize("role", ["reader", "", "made-up"])
def test_only_the_writer_is_let_in(graph: Caller, role: str) -> None:
    status, body = graph.run("Get-OrganizationConfig", role=role)
    assert status == (403 if role == "reader" else 401)
    assert not graph.control("GET", "/requests")[-1]["took_effect"]
    assert role != "reader" or body == {}


@pytest.mark.parametrize("cmdlet", ["Set-RemoteMailbox", "Remove-Mailbox", "Format-Disk"])
def test_a_cmdlet_that_is_unknown_in_the_cloud_is_refused_without_a_word(graph: Caller, cmdlet: str) -> None:
    assert graph.run(cmdlet, Identity=graph.some("active").upn) == (403, {})


def test_an_unknown_parameter_and_a_missing_one_are_named(graph: Caller) -> None:
    status, body = graph.run("Set-Mailbox", Identity=graph.some("active").upn, Colour="red")
    assert (status, reason(body)) == (400, "A parameter cannot be found that matches parameter name 'Colour'.")
    status, body = graph.run("Set-Mailbox", Type="Shared")
    assert (status, reason(body).endswith("mandatory parameters: Identity.")) == (400, True)


def test_requests_are_recorded_with_their_cmdlet_and_reads_are_no_changes(graph: Caller) -> None:
    person = graph.some("active")
    graph.run("Get-Mailbox", Identity=person.upn)
    graph.run("Set-Mailbox", Identity=person.upn, HiddenFromAddressListsEnabled=True)
    seen = [(e["kind"], e["cmdlet"], e["is_change"], e["took_effect"]) for e in graph.control("GET", "/requests")]
    assert seen == [("exchange", "Get-Mailbox", False, False), ("exchange", "Set-Mailbox", True, True)]


def test_all_mailboxes_come_in_pages_and_one_by_one_when_nobody_says_how_many(graph: Caller) -> None:
    tenant = graph.state.tenant
    status, body = graph.run("Get-Mailbox", prefer="odata.maxpagesize=100")
    assert (status, len(body["value"])) == (200, 100)
    assert "/adminapi/beta/" in body["@odata.nextLink"]
    everybody = graph.rows("Get-Mailbox")
    assert len(everybody) == sum(
        1 for p in tenant.people if (found := tenant.mail.look(p, tenant.today)) and found[1] == "live"
    )
    body = graph.run("Get-Mailbox", prefer="")[1]
    assert (len(body["value"]), "@odata.nextLink" in body, len(body["@adminapi.warnings"])) == (1, True, 1)
    body = graph.run("Get-Mailbox", prefer="", ResultSize="Unlimited")[1]
    assert (len(body["value"]), "@odata.nextLink" in body) == (len(everybody), False)


def test_a_conversion_shows_only_after_some_reads_and_in_graph_as_well(graph: Caller) -> None:
    person = graph.stands_for("plain_leaver")
    status, body = graph.run("Set-Mailbox", Identity=person.upn, Type="Shared")
    assert (status, body["value"], body["@adminapi.warnings"]) == (200, [], [])
    kinds = [graph.mailbox(person.upn)["RecipientTypeDetails"] for _ in range(4)]
    assert kinds == ["UserMailbox", "UserMailbox", "SharedMailbox", "SharedMailbox"]
    assert graph.get(f"/users/{person.id}/mailboxSettings/userPurpose")["value"] == "shared"
    drop_licences(graph, person.id)
    row = graph.mailbox(person.upn)
    assert (row["SKUAssigned"], row["ProhibitSendReceiveQuota"]) == (False, "50 GB (53,687,091,200 bytes)")


def test_a_second_conversion_changes_nothing_and_says_so(graph: Caller) -> None:
    key = graph.some("shared_mailbox").upn
    status, body = graph.run("Set-Mailbox", Identity=key, Type="Shared")
    assert (status, "no settings of" in body["@adminapi.warnings"][0]) == (200, True)


def test_without_its_licence_an_unconverted_mailbox_is_gone_and_comes_back_within_thirty_days(graph: Caller) -> None:
    person = graph.stands_for("plain_leaver")
    guid = graph.mailbox(person.upn)["ExchangeGuid"]
    graph.run("Set-Mailbox", Identity=person.upn, Type="Shared")
    drop_licences(graph, person.id)  # too early: it does not read shared yet
    assert graph.run("Get-Mailbox", Identity=person.upn)[0] == 404
    assert graph.ask("GET", f"/users/{person.id}/mailboxSettings")[0] == 404
    assert graph.rows("Get-Mailbox", Identity=person.upn, SoftDeletedMailbox=True)[0]["IsSoftDeletedByDisable"] is True
    give_back(graph, person.id, "SPE_E3")
    assert graph.mailbox(person.upn)["ExchangeGuid"] == guid
    drop_licences(graph, person.id)
    graph.control("PATCH", f"/mailboxes/{person.id}", {"unlicensed_since": "2026-01-01"})
    assert graph.run("Get-Mailbox", Identity=person.upn, SoftDeletedMailbox=True)[0] == 404
    give_back(graph, person.id, "SPE_E3")
    rows = [graph.run("Get-Mailbox", Identity=person.upn) for _ in range(3)]
    assert [status for status, _ in rows] == [404, 404, 200]
    assert rows[2][1]["value"][0]["ExchangeGuid"] != guid


def test_without_its_licence_a_held_mailbox_becomes_inactive(graph: Caller) -> None:
    person = graph.stands_for("litigation_hold")
    row = graph.mailbox(person.upn)
    assert (row["LitigationHoldEnabled"], row["LitigationHoldDuration"]) == (True, "Unlimited")
    drop_licences(graph, person.id)
    assert graph.run("Get-Mailbox", Identity=person.upn)[0] == 404
    for switch in ("InactiveMailboxOnly", "IncludeInactiveMailbox"):
        assert graph.rows("Get-Mailbox", Identity=person.upn, **{switch: True})[0]["IsInactiveMailbox"] is True


def test_a_hold_that_is_lifted_leaves_a_delay_hold(graph: Caller) -> None:
    person = graph.stands_for("litigation_hold_for_a_time")
    assert graph.mailbox(person.upn)["LitigationHoldDuration"] == "2555.00:00:00"
    graph.run("Set-Mailbox", Identity=person.upn, LitigationHoldEnabled=False)
    row = graph.mailbox(person.upn)
    assert (row["LitigationHoldEnabled"], row["DelayHoldApplied"]) == (False, True)


def test_a_small_licence_permits_no_litigation_hold(graph: Caller) -> None:
    tenant = graph.state.tenant
    someone = next(p for p in tenant.people if [row["skuId"] for row in p.states] == [sku("SPE_F1")])
    status, body = graph.run("Set-Mailbox", Identity=someone.upn, LitigationHoldEnabled=True)
    assert (status, "doesn't permit you to put a litigation hold" in reason(body)) == (400, True)


@pytest.mark.parametrize(
    ("situation", "begins", "keeps"),
    [
        ("retention_policy", "mbx", True),
        ("retention_that_only_deletes", "skp", False),
        ("excluded_from_retention", "-mbx", False),
        ("in_place_hold", "cld", True),
    ],
)
def test_holds_have_their_documented_prefixes_and_only_some_keep(
    graph: Caller, situation: str, begins: str, keeps: bool
) -> None:
    person = graph.stands_for(situation)
    assert [name.startswith(begins) for name in graph.mailbox(person.upn)["InPlaceHolds"]] == [True]
    drop_licences(graph, person.id)
    assert graph.control("GET", f"/mailboxes/{person.id}")["state"] == ("inactive" if keeps else "soft_deleted")


def test_a_policy_for_everybody_stands_at_the_organisation_alone_and_spares_the_excluded(graph: Caller) -> None:
    wide = graph.rows("Get-OrganizationConfig")[0]["InPlaceHolds"]
    assert [(name[:3], name[-2:]) for name in wide] == [("mbx", ":1"), ("grp", ":3")]
    graph.control("PUT", "/mail", {"policies": [wide[0].replace(":1", ":2")]})
    for situation, state in (("plain_leaver", "inactive"), ("excluded_from_retention", "soft_deleted")):
        person = graph.stands_for(situation)
        drop_licences(graph, person.id)
        assert graph.control("GET", f"/mailboxes/{person.id}")["state"] == state


def test_size_and_archive_of_the_mailboxes_that_need_a_licence(graph: Caller) -> None:
    large = graph.rows("Get-MailboxStatistics", Identity=graph.stands_for("mailbox_over_50_gb").upn)[0]
    assert large["TotalItemSize"] == "58 GB (62,277,025,792 bytes)"
    archived = graph.stands_for("mailbox_with_archive").upn
    assert graph.mailbox(archived)["ArchiveStatus"] == "Active"
    assert graph.rows("Get-MailboxStatistics", Identity=archived, Archive=True)[0]["IsArchiveMailbox"] is True
    assert graph.run("Get-MailboxStatistics", Identity=graph.stands_for("plain_leaver").upn, Archive=True)[0] == 400


def test_a_mailbox_mastered_on_premises_refuses_what_is_mastered_and_turns_back_at_the_next_sync(graph: Caller) -> None:
    person = graph.stands_for("hybrid_mailbox")
    row = graph.mailbox(person.upn)
    assert (row["IsDirSynced"], row["RemoteRecipientType"]) == (True, "Migrated")
    status, body = graph.run("Set-Mailbox", Identity=person.upn, HiddenFromAddressListsEnabled=True)
    assert (status, "synchronized from your on-premises organization" in reason(body)) == (400, True)
    assert graph.run("Set-Mailbox", Identity=person.upn, Type="Shared")[0] == 200
    kinds = [graph.mailbox(person.upn)["RecipientTypeDetails"] for _ in range(3)]
    graph.control("POST", "/sync")
    kinds.append(graph.mailbox(person.upn)["RecipientTypeDetails"])
    graph.control("PATCH", f"/mailboxes/{person.id}", {"on_premises": "shared"})
    graph.control("POST", "/sync")
    kinds.append(graph.mailbox(person.upn)["RecipientTypeDetails"])
    assert kinds[2:] == ["SharedMailbox", "UserMailbox", "SharedMailbox"]


def test_forwarding_and_hiding_are_set_and_unset(graph: Caller) -> None:
    leaver = graph.stands_for("forwards_outside")
    row = graph.mailbox(leaver.upn)
    assert row["ForwardingSmtpAddress"] == "smtp:private.post@mailbox.example"
    assert row["DeliverToMailboxAndForward"] is True
    other = graph.some("active")
    changes = {"ForwardingSmtpAddress": None, "ForwardingAddress": other.upn, "DeliverToMailboxAndForward": False}
    assert graph.run("Set-Mailbox", Identity=leaver.upn, HiddenFromAddressListsEnabled=True, **changes)[0] == 200
    row = graph.mailbox(leaver.upn)
    assert (row["ForwardingSmtpAddress"], row["DeliverToMailboxAndForward"]) == (None, False)
    assert (row["ForwardingAddress"], row["HiddenFromAddressListsEnabled"]) == (other.fields["mailNickname"], True)
    assert graph.run("Set-Mailbox", Identity=leaver.upn, ForwardingAddress="nobody@else.example")[0] == 404


def test_rights_are_given_once_and_taken_once_and_the_second_time_is_a_warning(graph: Caller) -> None:
    leaver, successor = graph.stands_for("plain_leaver"), graph.some("active")
    for kind, who, right in (("Mailbox", "User", "FullAccess"), ("Recipient", "Trustee", "SendAs")):
        asked = {"Identity": leaver.upn, who: successor.upn, "AccessRights": [right], "Confirm": False}
        for verb in ("Add", "Remove"):
            first, second = (graph.run(f"{verb}-{kind}Permission", **asked) for _ in range(2))
            assert (first[0], first[1]["@adminapi.warnings"]) == (200, [])
            assert (second[0], len(second[1]["@adminapi.warnings"])) == (200, 1)
            held = [row[who] for row in graph.rows(f"Get-{kind}Permission", Identity=leaver.upn)]
            assert (successor.upn in held) == (verb == "Add")
    changed = {"GrantSendOnBehalfTo": {"@odata.type": "#Exchange.GenericHashTable", "add": successor.upn}}
    graph.run("Set-Mailbox", Identity=leaver.upn, **changed)
    assert graph.mailbox(leaver.upn)["GrantSendOnBehalfTo"] == [successor.fields["mailNickname"]]


def test_the_rights_of_a_leaver_elsewhere_are_found(graph: Caller) -> None:
    leaver = graph.stands_for("delegate_elsewhere")
    sends_as = {row["Identity"] for row in graph.rows("Get-RecipientPermission", Trustee=leaver.upn)}
    shared = graph.rows("Get-Mailbox", RecipientTypeDetails="SharedMailbox")
    opens = {
        row["Alias"] for row in shared if graph.rows("Get-MailboxPermission", Identity=row["Alias"], User=leaver.upn)
    }
    assert len(sends_as) == 2
    assert sends_as == opens
    assert leaver.fields["mailNickname"] in graph.mailbox(leaver.manager or "")["GrantSendOnBehalfTo"]


def test_the_mailbox_of_a_deleted_person_is_kept_for_a_while_and_comes_back_with_the_person(graph: Caller) -> None:
    for situation, switch in (("plain_leaver", "SoftDeletedMailbox"), ("litigation_hold", "InactiveMailboxOnly")):
        person = graph.stands_for(situation)
        guid = graph.mailbox(person.upn)["ExchangeGuid"]
        graph.control("DELETE", f"/people/{person.id}")
        assert graph.run("Get-Mailbox", Identity=person.upn)[0] == 404
        assert [row["ExchangeGuid"] for row in graph.rows("Get-Mailbox", Identity=person.upn, **{switch: True})] == [
            guid
        ]
        assert guid in {row["ExchangeGuid"] for row in graph.rows("Get-Mailbox", **{switch: True})}
        graph.control("POST", f"/people/{person.id}")
        assert graph.mailbox(person.upn)["ExchangeGuid"] == guid


def test_a_newcomer_has_a_mailbox_a_while_after_the_licence(graph: Caller) -> None:
    body = {
        "accountEnabled": True,
        "displayName": "Saoirse Lindgren",
        "mailNickname": "saoirse.lindgren",
        "userPrincipalName": "saoirse.lindgren@larkfield.example",
        "usageLocation": "GB",
        "passwordProfile": {"password": "n0t-a-Secret-here", "forceChangePasswordNextSignIn": True},
    }
    status, made = graph.ask("POST", "/users", body)
    assert status == 201, made
    assert graph.run("Get-Mailbox", Identity=made["id"])[0] == 404
    give_back(graph, made["id"], "SPE_E3")
    assert [graph.run("Get-Mailbox", Identity=made["id"])[0] for _ in range(3)] == [404, 404, 200]
    assert graph.get(f"/users/{made['id']}/mailboxSettings")["userPurpose"] == "user"
    assert graph.get(f"/users/{made['id']}?$select=mail")["mail"] == body["userPrincipalName"]


def test_graph_knows_no_cmdlets(graph: Caller) -> None:
    path = f"/adminapi/beta/{graph.state.tenant.tenant_id}/InvokeCommand"
    body = {"CmdletInput": {"CmdletName": "Get-OrganizationConfig", "Parameters": {}}}
    assert graph.ask("POST", path, body, X_AnchorMailbox="x")[0] == 404
    assert graph.ask("GET", path)[0] == 405


def test_faults_strike_a_cmdlet_and_a_lost_answer_had_its_effect(graph: Caller) -> None:
    person = graph.stands_for("plain_leaver")
    graph.faults("exchange_read_only")
    assert graph.run("Set-Mailbox", Identity=person.upn, Type="Shared") == (403, {})
    assert graph.run("Get-Mailbox", Identity=person.upn)[0] == 200
    graph.faults("forbid:exchange")
    assert graph.run("Get-Mailbox", Identity=person.upn) == (403, {})
    graph.faults({"what": "stale_reads", "cmdlet": "Set-Mailbox", "reads": 2})
    graph.run("Set-Mailbox", Identity=person.upn, HiddenFromAddressListsEnabled=True)
    graph.faults()
    hidden = [graph.mailbox(person.upn)["HiddenFromAddressListsEnabled"] for _ in range(3)]
    assert hidden == [False, False, True]
    graph.faults({"what": "lost_answer", "cmdlet": "set-mailbox", "times": 1})
    with pytest.raises(ConnectionResetError):
        graph.run("Set-Mailbox", Identity=person.upn, ForwardingSmtpAddress="a@b.example")
    assert graph.mailbox(person.upn)["ForwardingSmtpAddress"] == "smtp:a@b.example"
