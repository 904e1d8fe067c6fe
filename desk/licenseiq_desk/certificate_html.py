"""The certificate as one HTML page, with nothing loaded from elsewhere. Texts of the tenant are cleaned and escaped."""

from jinja2 import Environment, PackageLoader

from licenseiq.proposals.canonical import Json


def as_html(found: dict[str, Json]) -> str:
    templates = Environment(loader=PackageLoader("licenseiq_desk.pages", "templates"), autoescape=True)
    return templates.get_template("certificate.html").render(**found)
