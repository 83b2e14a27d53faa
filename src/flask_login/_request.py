from ._visit import current_flask as the_app
from ._visit import keep_user
from ._visit import snapshot as keep_state
from ._visit import unwrap as unwrap
from ._visit import url_of as url_of
from ._visit import Visit

get_state = Visit.current


def store_user(user):
    keep_user(Visit.current(), user)
