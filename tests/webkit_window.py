"""A window of WebKitGTK that a driver may steer and that keeps what it stored, as a phone's browser does.

WebKitGTK's own MiniBrowser forgets everything at the end of a driven session. Run by Debian's Python, which has its bindings:
the one argument is the folder of the profile.
"""

import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402 - the versions have to be named first

folder = sys.argv[1]
store = WebKit2.WebsiteDataManager(
    base_data_directory=f"{folder}/data", base_cache_directory=f"{folder}/cache"
)
store.get_cookie_manager().set_persistent_storage(f"{folder}/cookies", WebKit2.CookiePersistentStorage.SQLITE)
context = WebKit2.WebContext.new_with_website_data_manager(store)
context.set_automation_allowed(True)
context.set_preferred_languages(["zh-CN"])


def stand_at(places: WebKit2.GeolocationManager) -> bool:
    places.update_position(WebKit2.GeolocationPosition.new(30.0, 110.0, 20.0))
    return True


def allow(_view: WebKit2.WebView, request: WebKit2.PermissionRequest) -> bool:
    request.allow()
    return True


context.get_geolocation_manager().connect("start", stand_at)
settings = WebKit2.Settings(enable_media_stream=True, enable_mock_capture_devices=True)
view = WebKit2.WebView(web_context=context, settings=settings, is_controlled_by_automation=True)
view.connect("permission-request", allow)
view.connect("close", Gtk.main_quit)
window = Gtk.Window(default_width=390, default_height=844)
window.add(view)
window.show_all()


def be_driven(_context: WebKit2.WebContext, session: WebKit2.AutomationSession) -> None:
    told = WebKit2.ApplicationInfo()
    told.set_name("WebKitGTK")
    told.set_version(WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version())
    session.set_application_info(told)
    session.connect("create-web-view", lambda _session: view)


context.connect("automation-started", be_driven)
Gtk.main()
