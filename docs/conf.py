"""The site of these pages: python scripts/build_site.py FOLDER.

Nothing is fetched, neither while the site is built nor by the browser of its reader.
"""

import re
import sys
from pathlib import Path

from numpydoc.xref import DEFAULT_LINKS as LINKS_TO_OTHER_SITES
from sphinx.application import Sphinx

import kltool

sys.path.append(str(Path(__file__).resolve().parent / "_extensions"))

project = "kltool"
project_copyright = "the authors of kltool; Apache-2.0"
version = release = kltool.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autosummary",
    "sphinx_gallery.gen_gallery",
    "mathml",
    "notebook_pages",
]
exclude_patterns = ["gallery", "examples/*.ipynb"]
templates_path = ["_templates"]
default_role = "py:obj"  # `read` in a docstring is a link where there is such a name

myst_enable_extensions = ["dollarmath"]
myst_dmath_allow_space = False  # "0.04 US$ per hour, 2 US$ in all" is no formula
myst_heading_anchors = 4  # choices.md#median
html_math_renderer = "mathml"

autosummary_generate = True
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 80
numpydoc_show_class_members = False  # the templates list them
numpydoc_xref_param_type = True
numpydoc_xref_ignore = "all"  # but the names of kltool
numpydoc_xref_aliases = {
    **{name: f"kltool.{name}" for name in kltool.__all__},
    **{name: f"kltool.errors.{name}" for name in vars(kltool.errors) if name[0].isupper()},
}
LINKS_TO_OTHER_SITES.clear()

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "examples",
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "capture_repr": (),  # the scripts print what they show
    "image_srcset": ["2x"],
    "remove_config_comments": True,
    "show_memory": False,
    "show_signature": False,
    "write_computation_times": False,
    "doc_module": ("kltool",),  # a page of the API shows the examples that use its name
    "reference_url": {"kltool": None},
    "backreferences_dir": "backreferences",
}

html_title = f"kltool {release}"
html_theme = "pydata_sphinx_theme"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "announcement": "Research software, not a medical device; not for diagnosis or treatment.",
    "header_links_before_dropdown": 8,
    "navigation_with_keys": False,
}


def link_copies(app: Sphinx, docname: str, source: list[str]) -> None:
    """Links of the repository hold in the site: scripts/build_site.py copies what lies beside docs/."""
    source[0] = re.sub(
        r"\]\((?:\.\./)+(models/|sample_images/|LICENSE|CITATION\.cff)",
        r"](/\1",
        source[0],
    )
    source[0] = re.sub(r"\]\(\.\./docs/", "](/", source[0])
    source[0] = source[0].replace("](gallery/)", "](/examples/index.rst)")


def setup(app: Sphinx) -> None:
    app.connect("source-read", link_copies)
