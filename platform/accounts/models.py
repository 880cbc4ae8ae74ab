from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models

USERNAME_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,62}$"
NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,62}$"
"""Of teams and roles."""


class UserManager(BaseUserManager["User"]):
    """Finds users whatever the case their name is typed in; names are kept in lower case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=(username or "").lower())


class User(AbstractBaseUser):
    """A person, or a program of theirs."""

    username = models.CharField(
        max_length=63, unique=True, validators=[RegexValidator(USERNAME_PATTERN)]
    )
    is_robot = models.BooleanField(default=False)
    """Whether it stands for a program: it cannot sign in, it has tokens alone."""
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"

    def __str__(self) -> str:
        return self.username


class Team(models.Model):
    """People who are given roles together."""

    name = models.CharField(max_length=63, unique=True, validators=[RegexValidator(NAME_PATTERN)])
    description = models.CharField(max_length=255, blank=True)
    members = models.ManyToManyField(User, related_name="teams")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Token(models.Model):
    """A secret that stands for its user; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16)
    """The first characters, by which its owner knows it again."""
    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    permissions = models.JSONField(null=True, blank=True)
    """The only ones it has of its user's; null: all of them."""
    projects = models.JSONField(null=True, blank=True)
    """Ids of the only projects it works in; null: wherever its user may."""

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"


class Role(models.Model):
    """A set of permissions under a name."""

    name = models.CharField(
        primary_key=True, max_length=63, validators=[RegexValidator(NAME_PATTERN)]
    )
    description = models.CharField(max_length=255, blank=True)
    permissions = models.JSONField(default=list)
    """Of roles that somebody made; those of built-in roles stand in accounts.permissions."""
    built_in = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-built_in", "name")

    def __str__(self) -> str:
        return self.name


class Binding(models.Model):
    """A role, given to a user, a team or a token: on everything, in a project, or on a host."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="bindings")
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="bindings", null=True, blank=True
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, related_name="bindings", null=True, blank=True
    )
    token = models.ForeignKey(
        Token, on_delete=models.CASCADE, related_name="bindings", null=True, blank=True
    )
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    host = models.ForeignKey(
        "hosts.Host", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="binding_of_one",
                condition=models.Q(user__isnull=False, team=None, token=None)
                | models.Q(user=None, team__isnull=False, token=None)
                | models.Q(user=None, team=None, token__isnull=False),
            ),
            models.CheckConstraint(
                name="binding_on_one", condition=models.Q(project=None) | models.Q(host=None)
            ),
        )

    def __str__(self) -> str:
        return f"{self.role_id} #{self.pk}"


class Session(models.Model):
    """One browser in which a user is signed in."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    key = models.CharField(max_length=40, unique=True)
    """Of Django's session, without which the browser's cookie is worth nothing."""
    origin = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=255, blank=True)
    """What the browser calls itself."""
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField()

    class Meta:
        ordering = ("-last_used_at",)

    def __str__(self) -> str:
        return f"session {self.pk}"


class Invitation(models.Model):
    """A link for one person to become a user, once; only its SHA-256 is kept."""

    username = models.CharField(max_length=63, unique=True)
    hash = models.CharField(max_length=64, unique=True)
    role = models.ForeignKey(
        Role, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    """Given on `project`, or on everything."""
    project = models.ForeignKey(
        "projects.Project", on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    created_by = models.CharField(max_length=63)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"invitation of {self.username}"


class SetupToken(models.Model):
    """The secret of the one-time link that makes the first admin; only its SHA-256 is kept."""

    hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"setup token of {self.created_at:%Y-%m-%d %H:%M}"


class SignInFailure(models.Model):
    """One failed sign-in, counted for the rate limit and then forgotten."""

    username = models.CharField(max_length=63)
    origin = models.CharField(max_length=45)
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = (models.Index(fields=("origin", "at"), name="failure_origin_at"),)

    def __str__(self) -> str:
        return f"{self.username} from {self.origin}"
