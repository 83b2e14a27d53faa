"""The application of the README. ``flask --app examples/minimal run`` starts it."""

from flask import Flask
from flask import redirect
from flask import request

from flask_login import current_user
from flask_login import login_required
from flask_login import login_user
from flask_login import LoginManager
from flask_login import safe_next_url
from flask_login import UserMixin

app = Flask(__name__)
app.config["SECRET_KEY"] = "a long random string"
login_manager = LoginManager(app)
login_manager.login_view = "login"


class User(UserMixin):
    def __init__(self, id):
        self.id = id


users = {"ada": User("ada")}  # yours are in a database
login_manager.user_loader(users.get)


@app.get("/")
@login_required
def index():
    return f"Hello, {current_user.id}."


@app.route("/login", methods=["GET", "POST"])
def login():
    if request.method == "POST":  # after checking a password
        login_user(users["ada"])
        return redirect(safe_next_url("index"))

    return '<form method="post"><button>Log in as ada</button></form>'
