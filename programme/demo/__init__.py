"""The demonstration: a believable set of visits, webinars and people, all of them visibly samples."""

from programme.demo.after import make_after
from programme.demo.attendance import make_attendance
from programme.demo.calendar import make_closures, make_days, make_series
from programme.demo.calendars import make_calendars
from programme.demo.desk import make_letters, make_milestones
from programme.demo.hosts import make_answers
from programme.demo.library import make_library
from programme.demo.listings import make_listings, make_organisations
from programme.demo.mail import make_mail
from programme.demo.news import make_news
from programme.demo.papers import make_papers
from programme.demo.people import make_users
from programme.demo.profiles import make_profiles
from programme.demo.questions import make_questions
from programme.demo.reminders import make_reminders
from programme.demo.reports import make_reports
from programme.demo.samples import NoContent, Samples
from programme.demo.seats import make_workshop
from programme.demo.steering import make_steering
from programme.demo.surveys import make_surveys
from programme.demo.testbeds import make_testbeds
from programme.demo.visits import make_exchange, make_visits
from programme.demo.webinars import make_webinars
from programme.models import Edition

__all__ = ["NoContent", "Samples", "make_all"]


def make_all(samples: Samples) -> None:
    """Make every sample that was not made before. Raises ``NoContent`` where the real content is missing."""
    edition = Edition.objects.current()
    if edition is None:
        raise NoContent("the real content is missing")
    make_users(samples)
    make_organisations(samples)
    make_listings(samples)
    make_exchange(samples, edition)
    make_webinars(samples)
    make_library(samples)
    make_closures(samples)
    make_series(samples)
    make_days(samples)
    make_workshop(samples)
    make_attendance(samples)
    make_surveys(samples)
    make_questions(samples)
    make_reminders(samples)
    make_visits(samples)
    make_after(samples)
    make_papers(samples)
    make_answers(samples)
    make_calendars(samples)
    make_milestones(samples, edition)
    make_testbeds(samples)
    make_steering(samples, edition)
    make_reports(samples, edition)
    make_news(samples)
    make_letters(samples)
    make_profiles(samples)
    make_mail(samples)
