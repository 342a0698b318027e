"""Plays the part of Colab's page that notebooks and anywidget speak to."""

from types import SimpleNamespace

enabled = 0
"""How often others' widgets were switched on."""
_widgets = SimpleNamespace(_installed_url=None)  # anywidget looks at it


def enable_custom_widget_manager() -> None:
    """Let the page show widgets that Colab did not make."""
    global enabled
    enabled += 1
    _widgets._installed_url = "https://colab.example/manager.js"
