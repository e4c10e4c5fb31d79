# Quién ha mirado un expediente: para la persona atendida en palabras sencillas, y para quienes cuidan el registro.

access-title = Quién ha mirado mi expediente
access-intro = Aquí ves quién abrió algo tuyo, y cuándo. Cada mirada se guarda. Nadie puede borrarla de la lista.
access-none = Nadie ha mirado todavía. Cuando alguien lo haga, lo verás aquí.
access-ask = ¿Algo te parece raro? Pregunta a quien lleva tu caso o llama a la agencia.
access-title-of = Quién ha visto los datos de { $name }
access-acting = en tu lugar
audit-acting = en lugar del cliente
access-you = Tu propia cuenta
access-server = El servidor, por sí mismo
access-loading = Trayendo la lista …
access-failed = La lista no llegó. Mira tu conexión y prueba otra vez.
access-more = Mostrar lo anterior
access-end = Eso es todo.
access-act = { $act } · { $time }
access-acts = { $act } · { $count ->
    [one] una vez
   *[other] { $count } veces
  }, la última a las { $time }

act-messages = Recibió mensajes
act-message = Escribió en un círculo
act-circle = Abrió un círculo
act-circle-changed = Cambió quién está en un círculo
act-visits = Miró las visitas
act-book = Reservó una visita
act-move = Movió una visita
act-team = Cambió quién viene a una visita
act-place = Cambió el lugar de una visita
act-call-off = Canceló una visita
act-undo-cancel = Recuperó una visita cancelada
act-close = Anotó cómo fue una visita
act-bookable = Cambió qué se puede reservar y cuándo
act-feed = Hizo o terminó el enlace a un calendario
act-answer = Respondió sobre una visita
act-preferences = Miró cómo contactar a alguien
act-preferences-changed = Cambió cómo contactar a alguien
act-consent = Anotó qué puede ver quien cuida
act-consent-ended = Terminó lo que puede ver quien cuida
act-assign = Asignó a quien lleva el caso
act-assign-ended = Terminó de asignar a alguien a un cliente
act-transfer = Pasó un cliente, o respondió
act-staff = Cambió quién trabaja aquí
act-relate = Anotó quién es familia o amistad
act-audit = Miró la lista de quién vio qué
act-export = Sacó una copia de la lista
act-list = Miró una lista
act-device = Hizo algo con un teléfono o una computadora
act-open-device = Abrió lo que guarda su teléfono o su computadora
act-sign-in = Entró
act-passkey = Miró o cambió cómo entra
act-sign-out = Salió
act-mail = Envió correo
act-mail-in = Recibió un correo
act-task = Miró cosas por hacer
act-keys = Cuidó las llaves del servidor
act-intake = Agregó o dejó entrar a una persona
act-acts = Anotó quién actúa por un cliente
act-erase = Borró un expediente para siempre
act-job = Un trabajo del servidor
act-other = Hizo otra cosa
act-denied = Lo intentó y no se le dejó: { $act }

audit-title = Quién vio qué
audit-step-up = Muestra otra vez que eres tú: el registro solo se abre a quien está aquí ahora.
step-up-cannot = ¿Aquí no puedes? Tus ajustes muestran cómo entras.
audit-hint = Pregunta quién vio a una persona o qué hizo alguien. Lo que preguntes aquí también se guarda.
audit-view = ¿Qué quieres saber?
audit-view-client = Quién vio a esta persona
audit-view-person = Qué hizo esta persona
audit-view-off = Quién miró donde no trabaja
audit-view-exports = Qué se sacó
audit-who-client = Persona atendida
audit-who-person = Persona
audit-choose = Elige un nombre
audit-from = Desde este día
audit-until = Hasta este día
audit-denied = Solo lo que se impidió
audit-show = Mostrar
audit-none = No se encontró nada. Prueba otros días u otro nombre.
audit-found = { $count ->
    [one] Una anotación
   *[other] { $count } anotaciones
  }
audit-when = Cuándo
audit-name = Quién
audit-what = Qué
audit-about = Sobre
audit-stopped = Impedido
audit-more = Mostrar anteriores
audit-not-yours = No puedes ver esta página.
