"""Settings of the portal. The environment is read here and nowhere else; names and defaults: ``.env.example``."""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from iurc_portal.environment import MAIL_SERVICES, Environment
from iurc_portal.staff.site import UNFOLD  # noqa: F401 - unfold reads it from here

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
env = Environment(os.environ)

# --- The essentials --------------------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
DEMO = env.flag("DEMO", default=False)
SECRET_KEY = env.text(
    "SECRET_KEY", "insecure-for-demonstration-only-not-for-any-real-visitor" if DEMO or DEBUG else ""
)
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY: set it in the environment (`make run` does it for the demonstration).")
SITE_URL = env.site_url("SITE_URL", "http://localhost:8000")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ICS_DOMAIN = env.domain("ICS_DOMAIN", "torino-nagoya.example")
FIELD_KEY = env.field_keys("FIELD_KEY")
HTTPS = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "modeltranslation",
    "iurc_portal.staff.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "import_export",
    "simple_history",
    "iurc_portal",
    "iurc_portal.accounts",
    "iurc_portal.audit",
    "iurc_portal.content",
    "iurc_portal.notifications",
    "iurc_portal.pages",
    "iurc_portal.privacy",
    "iurc_portal.search",
    "iurc_portal.translation",
    "ecosystem",
    "events",
    "programme",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "iurc_portal.staff.policy.AdminPolicyMiddleware",
    "iurc_portal.translation.middleware.PortalLocaleMiddleware",
    "iurc_portal.kept.KeptPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "iurc_portal.translation.middleware.StaffLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "iurc_portal.accounts.second_factor.StaffSecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]

ROOT_URLCONF = "iurc_portal.urls"
WSGI_APPLICATION = "iurc_portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "iurc_portal.context_processors.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data ------------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # SQLite ignores select_for_update: transactions that open IMMEDIATE make the same code safe on both databases.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    )
else:
    DATABASES["default"].update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True)
    # Staff's pages ask much in one statement. PostgreSQL takes what it guesses of the cost for a reason to compile it,
    # which takes seconds where the answer takes milliseconds. What DATABASE_URL says of ``options`` comes after this.
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options["options"] = f"-c jit=off {options.get('options', '')}".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.redis("REDIS_URL")


def _cache(name: str, **options: Any) -> dict[str, Any]:
    if REDIS_URL:
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": f"iurc-{name}",
        }
    folder = VAR_DIR / "cache" / name
    return {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": folder, "OPTIONS": options}


# Whole pages are shared by all processes. Parts of them are many and small: a folder of files would be slower than
# making them, so that without Redis each process keeps its own.
_PARTS = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "parts",
    "OPTIONS": {"MAX_ENTRIES": 3000},
}
CACHES = {
    "default": _cache("portal", MAX_ENTRIES=1000),
    "pages": _cache("pages", MAX_ENTRIES=1000),
    "parts": _cache("parts") if REDIS_URL else _PARTS,
}
KEEP_PAGES = not DEBUG  # copies of public pages for visitors without a session: iurc_portal/kept.py

MEDIA_ROOT = env.folder("MEDIA_ROOT", VAR_DIR / "media")
MEDIA_URL = "/media/"
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Languages and time ----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "it"  # the city's own language: what "/" chooses when neither cookie nor browser says otherwise
LANGUAGES = [("it", "Italiano"), ("en", "English"), ("ja", "日本語")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "iurc_portal.translation.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Rome"

# One fallback rule for page, PDF, calendar, mail and export alike (ecosystem spec E1).
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_LANGUAGES = ("it", "en", "ja")
MODELTRANSLATION_FALLBACK_LANGUAGES = {"default": (), "ja": ("en", "it"), "it": ("en", "ja"), "en": ("it", "ja")}

# --- People ----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CSRF_FAILURE_VIEW = "iurc_portal.pages.errors.csrf_failure"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "iurc_portal.accounts.adapter.AccountAdapter"
ACCOUNT_SIGNUP_FORM_CLASS = None
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
RATE_LIMITS = env.choice("RATE_LIMITS", ("on", "off"), "on") == "on"
if not RATE_LIMITS:
    ACCOUNT_RATE_LIMITS = False
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# --- Tasks and mail --------------------------------------------------------------------------------------------------

CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1, "interval_max": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celery" / "beat")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
else:
    # The embedded broker has no acknowledgements. That is harmless: rows are the truth, and sweeps find what is due.
    CELERY_BROKER_URL = "filesystem://"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": VAR_DIR / "celery" / "queue",
        "data_folder_out": VAR_DIR / "celery" / "queue",
        "control_folder": VAR_DIR / "celery" / "control",
        "polling_interval": 0.5,
    }
CELERY_BEAT_SCHEDULE = {
    "send-due-reminders": {"task": "events.tasks.send_due_reminders", "schedule": 60},
    "send-change-notices": {"task": "events.tasks.send_change_notices", "schedule": 60},
    "promote-waiting-lists": {"task": "events.tasks.promote_waiting_lists", "schedule": 60},
    "release-lapsed-members": {"task": "events.tasks.release_lapsed_members", "schedule": 60},
    "sweep-outbox": {"task": "iurc_portal.notifications.tasks.sweep_outbox", "schedule": 60},
    # Hourly, not nightly: what is past its day is hidden anyway, and no start of beat lies a day away from the next.
    "expire-listings": {"task": "ecosystem.tasks.expire_listings", "schedule": 3600},
    "tend-the-index": {"task": "iurc_portal.search.tasks.tend_the_index", "schedule": 86_400},
    # Asked by the hour and done once a night: no start of beat delays it by a day.
    "purge-personal-data": {"task": "iurc_portal.privacy.tasks.purge_personal_data", "schedule": 3600},
    "tend-data-requests": {"task": "iurc_portal.privacy.tasks.tend_data_requests", "schedule": 300},
    "sync-calendars": {"task": "events.tasks.sync_calendars", "schedule": 60},
    "make-exports": {"task": "events.tasks.make_exports", "schedule": 60},
    "follow-the-calendar": {"task": "programme.tasks.follow_the_calendar", "schedule": 900},
    "tend-follow-ups": {"task": "programme.tasks.tend_follow_ups", "schedule": 1800},
    "tend-surveys": {"task": "programme.tasks.tend_surveys", "schedule": 300},
    "make-papers": {"task": "programme.tasks.make_papers", "schedule": 60},
    "make-evidence-packs": {"task": "programme.tasks.make_evidence_packs", "schedule": 60},
    "bring-out-news": {"task": "programme.tasks.bring_out_news", "schedule": 60},
    "tend-hosts": {"task": "programme.tasks.tend_hosts", "schedule": 3600},
    "fetch-sources": {"task": "events.tasks.fetch_sources", "schedule": 300},
    "extend-series": {"task": "events.tasks.extend_series", "schedule": 86_400},
    "tell-clock-changes": {"task": "events.tasks.tell_clock_changes", "schedule": 86_400},
    "tend-profiles": {"task": "ecosystem.tasks.ask_for_confirmation", "schedule": 86_400},
}

EMAIL_BACKEND = "iurc_portal.notifications.backends.EmlFolderBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 20
for _name, _value in env.email("EMAIL_URL").items():
    globals()[_name] = _value
# A mail service of its own kind, through django-anymail; its webhooks tell of bounces and complaints (4.26).
MAIL_SERVICE = env.choice("MAIL_SERVICE", ("", *MAIL_SERVICES), "")
if MAIL_SERVICE:
    EMAIL_BACKEND = f"anymail.backends.{MAIL_SERVICE}.EmailBackend"
# Its keys go by anymail's own names, such as ANYMAIL_BREVO_API_KEY. No tracking: it would lead readers astray (4.25).
ANYMAIL: dict[str, Any] = {
    **env.starting_with(prefix="ANYMAIL_"),
    "WEBHOOK_SECRET": env.webhook_secret("MAIL_WEBHOOK_SECRET") or None,
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
    "SEND_DEFAULTS": {"track_opens": False, "track_clicks": False},
    "IGNORE_UNSUPPORTED_FEATURES": True,  # not every service knows how not to track, and then it does not
}
if MAIL_SERVICE or ANYMAIL["WEBHOOK_SECRET"]:
    INSTALLED_APPS.append("anymail")  # brings 6 MiB of libraries to every process, for those alone who use it
# The mailbox of DEFAULT_FROM_EMAIL, if the portal is to read the answers that calendar programs send (6.8).
REPLY_MAILBOX_URL = env.mailbox("REPLY_MAILBOX_URL")
if REPLY_MAILBOX_URL:
    CELERY_BEAT_SCHEDULE["take-replies"] = {"task": "events.tasks.take_replies", "schedule": 300}
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Torino–Nagoya <portal@torino-nagoya.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- The portal's own constants --------------------------------------------------------------------------------------

MAP_TILE_URL = env.text("MAP_TILE_URL")
MAP_TILE_ATTRIBUTION = env.text("MAP_TILE_ATTRIBUTION")
CONTACT_EMAIL = env.text("CONTACT_EMAIL", "iurc@torino-nagoya.example")
DEMO_PASSWORD = env.text("DEMO_PASSWORD", "torino-nagoya-2005")
FEED_ALLOWED_NETWORKS = env.networks("FEED_ALLOWED_NETWORKS")
CALDAV_ALLOWED_NETWORKS = env.networks("CALDAV_ALLOWED_NETWORKS")
GOOGLE_CALENDAR: dict[str, str] = {  # events/caldav/oauth.py; without a client nobody is offered it
    "client_id": env.text("GOOGLE_CALENDAR_CLIENT_ID"),
    "client_secret": env.text("GOOGLE_CALENDAR_CLIENT_SECRET"),
    "authorize": "https://accounts.google.com/o/oauth2/v2/auth",
    "token": "https://oauth2.googleapis.com/token",
    "revoke": "https://oauth2.googleapis.com/revoke",
    "scope": "https://www.googleapis.com/auth/calendar",
    "caldav": "https://apidata.googleusercontent.com/caldav/v2/{account}/user",
}

IURC_ECOSYSTEM: dict[str, Any] = {
    "fresh_days": 365,  # how long a profile counts as confirmed (ecosystem spec E12) …
    "fresh_days_by_kind": {"public_body": 730, "university": 730, "foundation": 730},  # … and those that change less
    # Off until staff know that contacts and owners are the right ones: on the first night everybody is due.
    "ask_for_confirmation": env.flag("ASK_FOR_CONFIRMATION", default=False),
    "asks": 3,  # messages about one profile …
    "ask_again_days": 30,  # … with so many days between them
    "letters_a_night": 50,
    "unlist_after_days": 180,  # without an answer, from the day it was due or first asked about, the later of both
    "link_days": 90,  # a mailed link to confirm is good this long
    "claim_proof_hours": 72,  # so is the link that proves a mailbox (E16)
    "claim_answer_days": 3,  # working days
    "claim_times": 10,  # claims an hour by one user, and letters to one mailbox
}

IURC_EVENTS: dict[str, Any] = {
    "hold_minutes": 30,  # an unproved registration keeps its seat this long (events spec 2.4)
    "proof_hours": 48,  # the confirmation link is good this long
    "quiet_minutes": 10,  # asking again within this time sends no second mail (2.7)
    "offer": {  # how long an offered place is kept (3.5)
        "window_hours": 24,
        "near_hours": 48,  # less than this before the start …
        "near_window_hours": 4,
        "soon_hours": 6,  # and less than this
        "soon_minutes": 30,
        "before_start_minutes": 15,  # never longer than until this before the start
    },
    "offers_sleep_at_night": False,  # no offers between 22:00 and 07:00 of the recipient (3.12)
    "lock_seconds": 3,  # how long a registration waits for its turn before it says "try again" (2.12)
    # In minutes, by distance of the trigger (4.9):
    "grace": {"days": 12 * 60, "hours": 3 * 60, "minutes": 20, "follow_up": 24 * 60},
    "humane_hours": True,  # day rules wait for the morning of who would be woken (4.12)
    "moved_hours": 12,  # a moved event does not repeat a reminder that arrived within this time (4.11)
    "notice_minutes": 2,  # quiet after the last material edit before people are told of the sum (5.2)
    "ics_in_utc": False,  # times in calendar files in UTC, for readers whose clients misread zones (6.11)
    "address_times": 5,  # acts an hour that send mail to one address (16.4)
    "network_times": 300,  # and registrations from one network …
    "network_seconds": 600,  # … in this time: whole companies share one address
    "join_minutes": 30,  # the room opens so long before the start, where the event says nothing else (8.2) …
    "join_minutes_after": 30,  # … and closes so long after the end
    "attended_share": 50,  # per cent of the event that count as present, where the event says nothing else (8.7)
    "check_in_hours": 12,  # the door opens so long before the start
    "feed_days_back": 90,
    "feed_days_ahead": 730,
    "feed_tokens": 10,  # addresses of personal calendars that one person may have in use
    "series_days_ahead": 365,  # dates of a series are made this far (12.13)
    "clock_note_days": 21,  # people hear of a clock change so long before it (12.15)
    "group_size": 10,  # people in a group where the event says nothing else (2.1)
    "delegation_size": 60,  # people whom staff register at once
    "export_rows_at_once": 2000,  # a file with more rows is made by a task
    "feed_import": {  # calendars that others publish (10)
        "seconds": 10,  # to fetch one, and as many to read it
        "bytes": 5 * 1024 * 1024,  # after decompression
        "components": 5000,
        "property_bytes": 64 * 1024,
        "redirects": 3,
        "ports": [443],
        "minutes_between": 15,
        "months": 18,
        "instances": 500,  # of one series …
        "all_instances": 5000,  # … and of one source
        "memory_mb": 400,  # of addresses, which is more than of memory, for the process that reads
        "gone_most": 10,  # a fetch that lacks more than this, or more than this share of what was there, is stopped
        "gone_share": 30,
        "gone_least": 3,
    },
    "member_hours": 72,  # a member's seat is held this long after the letter, or until the start (2.18)
}

IURC_SURVEYS: dict[str, Any] = {
    "at_least": 5,  # nothing is shown of fewer people than this, nor of what is left when they are taken away
    "at_least_visit": 3,  # the same after a study visit (programme spec P24)
    "visit_hour": 18,  # of a visit's last day, on the clocks of its city
    "open_days": 14,  # after the event, where staff say nothing else (programme spec P24)
    "remind_after_days": 5,  # once, whoever has not answered
}

IURC_VISITS: dict[str, Any] = {
    "answer_days": 10,  # working days of the host city until a proposal is answered (programme spec P3)
    "early_days": 30,  # a visit nearer than this is warned about …
    "early_days_large": 60,  # … and nearer than this where interpreters or more than …
    "large": 10,  # … so many people come
    "longest": 5,  # days of a visit
    "follow_up_days": 30,  # until a question that stayed open is answered (P22)
    "silence_days": 21,  # a check without an answer for so long is written down as silence (P23)
    "check_grace_days": 14,  # a check that could not leave for so long is not sent any more
    "gift_limit": {"EUR": 150, "JPY": 20000},  # above it a present is declared
}

# How long what is kept of people (events spec 13.2, ecosystem spec 6): docs/it/dati-personali.md shows the table.
IURC_PRIVACY: dict[str, int] = {
    "unproved_days": 7,  # registrations, subscriptions and accounts that nobody confirmed, after the link's end
    "sensitive_days": 30,  # diet and access needs, after the end of the event
    "no_place_days": 90,  # cancelled, rejected, expired: after the end of the event
    "took_part_months": 24,  # confirmed and attended: after the end of the event
    "unmatched_days": 90,  # names in lists of those present that nobody was found for, after the end
    "payload_days": 30,  # what a letter was about, after it was sent …
    "recipient_months": 24,  # … and to whom it went
    "token_days": 30,  # mailed links, after their end
    "session_days": 1,
    "unused_days": 365,  # addresses of calendars that no program asks for
    "subscription_days": 90,  # subscriptions to news, after their end
    "bounce_months": 24,  # what mail servers said of an address
    "report_days": 90,  # the address of who reported a problem, after the answer
    "request_days": 7,  # the address of who asked for a copy of their data
    "export_days": 7,  # files of participants that a task has made for its author (events spec 11.4)
    "survey_texts_months": 24,  # free texts of a survey, after it has closed; numbers stay (programme spec 6)
    "visit_draft_days": 90,  # drafts of proposals, after the last change (programme spec P2)
    "visit_declined_months": 12,  # proposals that were declined
    "papers_months": 12,  # PDF files of a visit that name people, after its last day; rows and digests stay
    "visit_care_days": 7,  # diet, health, emergency contacts of a delegation, after its last day (programme spec 6) …
    "passport_days": 30,  # … passports …
    "visit_cancelled_days": 7,  # … and both after the visit was cancelled
    "visit_journey_days": 90,  # arrival and departure
    "visit_contact_months": 12,  # e-mail and telephone of delegates without an account
    "host_answer_months": 12,  # what hosts wrote, after the report
    "visit_names_months": 60,  # names of visits, after the edition; an edition may say other years
    "log_months": 24,  # by which words staff filtered what they exported; what retention did
    "feed_import_days": 90,  # texts of foreign calendars' items that were ignored or are gone (events spec 13.2)
    "import_days": 42,  # rows of imported lists
    "dead_claim_days": 1,
    "rejected_claim_days": 90,
    "approved_claim_months": 12,
    "link_hours": 24,  # the mailed link to one's own data works so long …
    "file_hours": 24,  # … and the one to a copy of them
    "erasure_hours": 24,  # no erasure waits longer for the last letters to leave
    "address_times": 5,  # letters an hour to one address, and from one network
    "network_times": 60,
}

# --- Open data -------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {"URL_FORMAT_OVERRIDE": None, "UNAUTHENTICATED_USER": None}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "Torino–Nagoya open data",
    "VERSION": "1",
    "DESCRIPTION": "Organisations, offers and needs, initiatives, testbeds, tests, good practices, the vocabulary and "
    "events of the two cities, in three languages. Read only, without a key, for everybody; under CC BY 4.0. Within "
    "version 1 fields are added and never renamed.",
    "LICENSE": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
    "SERVERS": [{"url": SITE_URL}],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SORT_OPERATIONS": False,
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [],
}

# --- Security --------------------------------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
_tiles = MAP_TILE_URL.split("/{")[0] if MAP_TILE_URL else ""
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", *([_tiles] if _tiles else [])],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- What is written down --------------------------------------------------------------------------------------------

LOG_FORMAT = env.choice("LOG_FORMAT", ("text", "json"), "text")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "iurc_portal.logs.JsonFormatter"},
    },
    "filters": {"mask_tokens": {"()": "iurc_portal.logs.MaskTokens"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["mask_tokens"]},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        "weasyprint": {"level": "WARNING"},
        "weasyprint.progress": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
    },
}
SENTRY_DSN = env.text("SENTRY_DSN")
if SENTRY_DSN:
    import sentry_sdk

    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False)

# Spreadsheets of staff: cells that a spreadsheet would run are written as text; what waits between two steps of an
# import lies in the cache, which every worker shares.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_TMP_STORAGE_CLASS = "import_export.tmp_storages.CacheStorage"
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "add"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
